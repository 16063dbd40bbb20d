-- both sides know something of an OR over them
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.x = 2 AND b.y < 7);
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1 OR x = 2) a JOIN (SELECT * FROM b WHERE y > 5 OR y < 7) b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.x = 2 AND b.y < 7);

-- one side does
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.x = 2);
SELECT a.k, b.y FROM (SELECT * FROM a WHERE x = 1 OR x = 2) a JOIN b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.x = 2);

-- stays: a branch demands nothing of either side alone
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.y = b.y);
=

-- stays: a branch could raise
SELECT a.k, b.y FROM a JOIN b ON a.s = b.s AND (a.y / a.x > 1 AND b.y > 5 OR a.x = 2 AND b.y < 7);
=

-- stays: rows of the preserved side appear whether the condition holds or not
SELECT a.k, b.y FROM a LEFT JOIN b ON a.s = b.s AND (a.x = 1 AND b.y > 5 OR a.x = 2 AND b.y < 7);
=
