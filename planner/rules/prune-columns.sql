-- a scan reads what is asked for
SELECT x FROM a WHERE y > 10;
| filter y > 10
|   scan a as t: x, y

-- a count reads the cheapest column
SELECT count(*) FROM a;
| aggregate: count(*)
|   scan a as t: k

-- keys end at their join
SELECT sum(b.y) FROM a JOIN b ON a.s = b.s JOIN c ON b.k = c.k;
| aggregate: sum(y)
|   inner join on CAST(k AS DECIMAL(21,2)) = CAST(k AS DECIMAL(21,2))
|     inner join on s = s
|       scan a as t: s
|       scan b as t: k, y, s
|     scan c as t: k

-- computed columns that nobody reads are not computed
SELECT g FROM (SELECT x AS g, sum(y), max(s) FROM a GROUP BY x) t;
| distinct by x
|   scan a as t: x

-- an aggregation without groups keeps one aggregate: its row
SELECT 1 AS one FROM (SELECT sum(y), max(s) FROM a) t;
| project 1 AS one
|   aggregate: sum(y)
|     scan a as t: y

-- everything is needed
SELECT k, x, s FROM empty;
=
