-- what every branch demands is taken out
SELECT a.k FROM a, b WHERE (a.s = b.s AND a.x = 1) OR (a.s = b.s AND b.y > 6);
SELECT a.k FROM a, b WHERE a.s = b.s AND (a.x = 1 OR b.y > 6);

-- a branch that demands nothing more makes the rest true
SELECT k FROM a WHERE (x = 1 AND y > 10) OR x = 1;
SELECT k FROM a WHERE x = 1;

-- in a join's condition
SELECT a.k FROM a LEFT JOIN b ON (a.s = b.s AND a.x = 1) OR (a.s = b.s AND b.y > 6);
SELECT a.k FROM a LEFT JOIN b ON a.s = b.s AND (a.x = 1 OR b.y > 6);

-- stays: nothing in common
SELECT k FROM a WHERE x = 1 OR y > 10;
=

-- stays: a branch could raise
SELECT k FROM a WHERE (x = 1 AND y / k > 1) OR (x = 1 AND y > 10);
=
