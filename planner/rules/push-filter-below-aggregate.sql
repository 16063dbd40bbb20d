-- a filter on a grouping column drops rows before they are grouped
SELECT * FROM (SELECT x, sum(y) FROM a GROUP BY x) t(g, s) WHERE g = 1;
=

-- HAVING on a grouping column is a filter on rows
SELECT x, sum(y) FROM a GROUP BY x HAVING x = 1;
SELECT x, sum(y) FROM a WHERE x = 1 GROUP BY x;

-- the part of HAVING that asks for an aggregate stays
SELECT x, sum(y) FROM a GROUP BY x HAVING x = 1 AND sum(y) > 5;
SELECT x, sum(y) FROM a WHERE x = 1 GROUP BY x HAVING sum(y) > 5;

-- without groups there is one row whatever the input is
SELECT count(*) FROM a HAVING count(*) > 100;
=

-- what could raise is not evaluated on more rows
SELECT s, count(*) FROM a WHERE s = '7' GROUP BY s HAVING s::INTEGER = 7;
=
