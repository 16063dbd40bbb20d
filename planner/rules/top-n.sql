-- a limit over a sort
SELECT k, x FROM a ORDER BY y DESC NULLS LAST LIMIT 2;
| top 2 by y DESC NULLS LAST
|   scan a as t: k, x, y, s, d

-- with an offset
SELECT k FROM a ORDER BY y, k LIMIT 2 OFFSET 1;
| top 2 offset 1 by y, k
|   scan a as t: k, x, y, s, d

-- a limit without a sort
SELECT k FROM empty LIMIT 2;
=

-- an offset alone needs every row
SELECT y FROM a ORDER BY y OFFSET 2;
=
