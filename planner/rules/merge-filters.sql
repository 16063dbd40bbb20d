-- two filters become one, the inner one's terms first (after push_filter_below_project)
SELECT k FROM (SELECT * FROM a WHERE x = 1) t WHERE y > 10;
SELECT k FROM a WHERE x = 1 AND y > 10;

-- HAVING over a filtered subquery stays where it is
SELECT x, count(*) FROM a WHERE k > 0 GROUP BY x HAVING count(*) > 1;
=
