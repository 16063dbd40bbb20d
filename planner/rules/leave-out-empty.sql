-- a filter that is false reads no table
SELECT k FROM a WHERE x = 1 AND 1 = 2;
| project CAST(NULL AS INTEGER) AS k, CAST(NULL AS INTEGER) AS x, CAST(NULL AS INTEGER) AS y, CAST(NULL AS VARCHAR) AS s, CAST(NULL AS DOUBLE) AS d
|   filter FALSE
|     one row

-- a predicate that is NULL lets no row pass
SELECT k FROM c WHERE NULL::BOOLEAN;
| project CAST(NULL AS DECIMAL(9,2)) AS k, CAST(NULL AS DATE) AS d
|   filter FALSE
|     one row

-- an inner join on a condition that never holds
SELECT l.k, r.d FROM c AS l JOIN c AS r ON l.k = r.k AND FALSE;
| project CAST(NULL AS DECIMAL(9,2)) AS k, CAST(NULL AS DATE) AS d, CAST(NULL AS DECIMAL(9,2)) AS k, CAST(NULL AS DATE) AS d
|   filter FALSE
|     one row

-- a join that needs a row of such a tree
SELECT c.k FROM c SEMI JOIN (SELECT k FROM c WHERE FALSE) r ON c.k = r.k;
| project CAST(NULL AS DECIMAL(9,2)) AS k, CAST(NULL AS DATE) AS d
|   filter FALSE
|     one row

-- the empty side of an anti join is not read; the other is the answer
SELECT c.k FROM c ANTI JOIN (SELECT k FROM c AS b WHERE FALSE) r ON c.k = r.k;
| anti join on k = k
|   scan c as t: k, d
|   project CAST(NULL AS DECIMAL(9,2)) AS k, CAST(NULL AS DATE) AS d
|     filter FALSE
|       one row

-- stays: a false term under OR is no term
SELECT k FROM a WHERE x = 1 OR 1 = 2;
=

-- stays: the rows of the preserved side appear all the same
SELECT a.k, b.y FROM a LEFT JOIN b ON 1 = 2;
=
