-- the scan may stop early; the limit stays
SELECT k FROM a LIMIT 2;
| limit 2
|   scan a as t: k, x, y, s, d, stops after 2 rows

-- offset counts too
SELECT k FROM a LIMIT 2 OFFSET 3;
| limit 2 offset 3
|   scan a as t: k, x, y, s, d, stops after 5 rows

-- stays: a filter may drop the first rows
SELECT k FROM empty WHERE x = 1 LIMIT 2;
=

-- stays: the sort needs every row
SELECT k FROM a ORDER BY k, x, y LIMIT 2;
=
