-- a plain column is filtered before it is passed on
SELECT * FROM (SELECT k, x FROM a) t WHERE x = 1;
SELECT k, x FROM a WHERE x = 1;

-- a computed column is replaced by what it is made of, with its type
SELECT * FROM (SELECT x + 1 AS z FROM a) t WHERE z > 2;
SELECT x + 1 AS z FROM a WHERE CAST(x + 1 AS INTEGER) > 2;

-- a literal keeps the type it had as a column
SELECT * FROM (SELECT k, 200 AS z FROM a) t WHERE k::TINYINT + z > 100;
| project k, 200 AS z
|   filter CAST(k AS TINYINT) + CAST(200 AS INTEGER) > 100
|     scan a as t: k, x, y, s, d

-- a volatile value is computed once, so the filter stays above
SELECT count(*) > 0 AS any_row FROM (SELECT random() AS r FROM a) t WHERE r >= 0;
=

-- not below a limit
SELECT * FROM (SELECT k, x FROM a ORDER BY k, x LIMIT 3) t WHERE x = 1;
=

-- a term that would become long stays where its columns are computed
SELECT 1 AS one FROM (SELECT x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x AS z FROM a) t WHERE z > 2;
=
