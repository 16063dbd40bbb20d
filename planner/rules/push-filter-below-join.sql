-- a term of one side moves to that side of an inner join
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s WHERE a.x = 1 AND b.y > 5;
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1) a JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s;

-- a term of both sides becomes part of an inner join's condition
SELECT a.k, b.y FROM a, b WHERE a.s = b.s;
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s;

-- the comparison's casts are written out before the key moves
SELECT a.k, b.y FROM a, b WHERE a.k = b.k;
SELECT a.k, b.y FROM a JOIN b ON a.k::BIGINT = b.k;

-- moves to the preserved side of an outer join
SELECT a.k, b.y FROM a LEFT JOIN b ON a.s = b.s WHERE a.x = 1;
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1) a LEFT JOIN b ON a.s = b.s;

-- stays: b is the null-supplying side
SELECT a.k, b.y FROM a LEFT JOIN b ON a.s = b.s WHERE b.y IS NULL;
=

-- moves to the right of a RIGHT join
SELECT a.k, b.y FROM a RIGHT JOIN b ON a.s = b.s WHERE b.y > 5;
SELECT a.k, b.y FROM a RIGHT JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s;

-- stays above a FULL join, both sides
SELECT a.k, b.y FROM a FULL JOIN b ON a.s = b.s WHERE a.x = 1 OR b.y > 5;
=

-- stays: one side of a FULL join
SELECT a.k, b.y FROM a FULL JOIN b ON a.s = b.s WHERE a.x = 1;
=

-- moves below a semi join
SELECT a.k FROM a SEMI JOIN b ON a.s = b.s WHERE a.x = 1;
SELECT a.k FROM (SELECT * FROM a WHERE x = 1) a SEMI JOIN b ON a.s = b.s;

-- moves below an anti join
SELECT a.k FROM a ANTI JOIN b ON a.s = b.s WHERE a.x = 1;
SELECT a.k FROM (SELECT * FROM a WHERE x = 1) a ANTI JOIN b ON a.s = b.s;

-- stays: the cast could raise on rows that the join removes
SELECT a.k FROM a JOIN c ON a.k::DECIMAL(12, 2) = c.k::DECIMAL(12, 2) WHERE a.s = 'x' AND TRY_CAST(a.s AS INTEGER) IS NULL AND length(a.s) = 1 AND a.s::VARCHAR > ' ' AND a.k / a.x > 0;
SELECT a.k FROM (SELECT * FROM a WHERE a.s = 'x' AND TRY_CAST(a.s AS INTEGER) IS NULL AND a.s::VARCHAR > ' ') a JOIN c ON a.k::DECIMAL(12, 2) = c.k::DECIMAL(12, 2) WHERE length(a.s) = 1 AND a.k / a.x > 0;

-- stays: a volatile term
SELECT count(*) > 0 AS any_row FROM a JOIN b ON a.s = b.s WHERE random() >= 0;
=
