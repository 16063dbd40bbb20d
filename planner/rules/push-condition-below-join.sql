-- a term of one side of an inner join's condition
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s AND a.x = 1 AND b.y > 5;
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1) a JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s;

-- the null-supplying side of a LEFT join
SELECT a.k, b.y FROM a LEFT JOIN b ON a.s = b.s AND b.y > 5;
SELECT a.k, b.y FROM a LEFT JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s;

-- stays: the preserved side's rows appear whether the condition holds or not
SELECT a.k, b.y FROM a LEFT JOIN b ON a.s = b.s AND a.x = 1;
=

-- the null-supplying side of a RIGHT join
SELECT a.k, b.y FROM a RIGHT JOIN b ON a.s = b.s AND a.x = 1;
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1) a RIGHT JOIN b ON a.s = b.s;

-- stays: a FULL join keeps both sides
SELECT a.k, b.y FROM a FULL JOIN b ON a.s = b.s AND a.x = 1;
=

-- both sides of a semi join
SELECT a.k FROM a SEMI JOIN b ON a.s = b.s AND a.x = 1 AND b.y > 5;
SELECT a.k FROM (SELECT * FROM a WHERE x = 1) a SEMI JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s;

-- the right side of an anti join only
SELECT a.k FROM a ANTI JOIN b ON a.s = b.s AND a.x = 1 AND b.y > 5;
SELECT a.k FROM a ANTI JOIN (SELECT * FROM b WHERE y > 5) b ON a.s = b.s AND a.x = 1;

-- stays: it could raise on rows without a partner
SELECT a.k FROM a JOIN b ON a.s = b.s AND a.y / a.x > 1;
=
