-- a projection of passed columns
SELECT x FROM (SELECT k, x FROM a) t;
=

-- a computed item that is read once, as it is
SELECT z FROM (SELECT x + 1 AS z, k FROM a) t;
SELECT x + 1 AS z FROM a;

-- passed columns below a computed item
SELECT z * 2 AS w FROM (SELECT x AS z FROM a) t;
SELECT x * 2 AS w FROM a;

-- stays: the item would be computed twice
SELECT z AS v, z AS w FROM (SELECT x + 1 AS z FROM a) t;
=
