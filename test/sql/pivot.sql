-- PIVOT, DuckDB's spelling
PIVOT sales ON year USING sum(units) GROUP BY region ORDER BY region;
PIVOT sales ON year USING sum(units), count(*) AS n GROUP BY region ORDER BY region;
PIVOT sales ON year USING sum(units) AS total GROUP BY region, quarter ORDER BY ALL;
PIVOT sales ON year IN (2021, 2023) USING sum(units) GROUP BY product ORDER BY product;
PIVOT (SELECT region, year, units FROM sales WHERE quarter = 1) ON year USING sum(units) ORDER BY region;
PIVOT sales ON year, quarter USING count(*) GROUP BY region ORDER BY region;
PIVOT sales ON year IN (2021, 2023), quarter IN (1, 4) USING sum(units) GROUP BY product ORDER BY product;
PIVOT sales ON (year, quarter) USING count(*) GROUP BY product ORDER BY product;
PIVOT sales ON year || '_' || product USING max(amount) GROUP BY region ORDER BY region;
PIVOT sales ON year USING sum(units);
PIVOT (SELECT dept, grade FROM people) ON grade ORDER BY dept;
PIVOT people ON grade USING list(id ORDER BY id) GROUP BY dept ORDER BY dept;
PIVOT people ON grade IN ('A', 'Z') USING count(*), max(salary) AS top GROUP BY dept ORDER BY dept;
PIVOT people ON dept USING first(name ORDER BY id) GROUP BY grade ORDER BY grade;
PIVOT people ON salary > 5000 USING count(*) GROUP BY grade ORDER BY grade;
PIVOT_WIDER sales ON product USING sum(units) GROUP BY year ORDER BY year;
FROM (PIVOT sales ON year USING sum(units) GROUP BY region) SELECT region, "2022" WHERE "2021" > 50 ORDER BY region;
SELECT a.region, a."2021" + b."2021" AS s FROM (PIVOT sales ON year IN (2021) USING sum(units) GROUP BY region) a JOIN (PIVOT sales ON year IN (2021) USING count(*) GROUP BY region) b ON a.region = b.region ORDER BY 1;
WITH p AS (PIVOT sales ON year USING sum(units) GROUP BY product) SELECT * FROM p WHERE product <> 'p3' ORDER BY product;
WITH s AS (SELECT year, region, units FROM sales WHERE id < 50) PIVOT s ON region IN ('north', 'west') USING sum(units) GROUP BY year ORDER BY year;
PIVOT sales ON year USING sum(units) GROUP BY region ORDER BY "2023" DESC NULLS LAST LIMIT 2;
PIVOT (SELECT * FROM people p JOIN depts d ON p.dept = d.id) ON city USING sum(salary) GROUP BY grade ORDER BY grade;
PIVOT events ON label USING sum(seq) GROUP BY kind ORDER BY kind;
PIVOT (FROM range(6) t(i) SELECT i % 2 AS a, i % 3 AS b) ON b GROUP BY a ORDER BY a;

-- PIVOT, the standard's spelling
SELECT * FROM sales PIVOT (sum(units) FOR year IN (2021, 2022) GROUP BY region) ORDER BY region;
SELECT * FROM (SELECT region, year, units FROM sales) PIVOT (sum(units) AS u, count(*) AS n FOR year IN (2021, 2022)) ORDER BY region;
SELECT * FROM sales PIVOT (sum(units) FOR year IN (2021 AS first, 2022 AS second) quarter IN (1, 2) GROUP BY product) ORDER BY product;
SELECT p.region, p."2021" FROM sales PIVOT (max(id) FOR year IN (2021) GROUP BY region) AS p ORDER BY p.region;
SELECT p.r, p.y FROM (SELECT region, year, units FROM sales) PIVOT (sum(units) FOR year IN (2021)) AS p(r, y) ORDER BY ALL;

-- UNPIVOT
UNPIVOT depts ON title, city INTO NAME what VALUE txt ORDER BY ALL;
UNPIVOT (SELECT id, dept, boss FROM people WHERE id < 6) ON dept, boss ORDER BY ALL;
UNPIVOT (SELECT id, dept, boss FROM people WHERE id < 6) ON COLUMNS(* EXCLUDE (id)) INTO NAME k VALUE v ORDER BY ALL;
UNPIVOT (SELECT 1 AS k, 2 AS a1, 3 AS a2, 4 AS b1, 5 AS b2) ON (a1, a2) AS a, (b1, b2) AS b INTO NAME n VALUE v1, v2 ORDER BY n;
UNPIVOT (SELECT id, tiny, small FROM kinds) ON tiny, small::BIGINT AS small INTO NAME k VALUE v ORDER BY ALL;
UNPIVOT (SELECT id, dept * 2 AS d2, boss FROM people WHERE id < 4) ON (d2 + 1) AS odd, boss INTO NAME k VALUE v ORDER BY ALL;
PIVOT_LONGER (SELECT id, floor FROM depts) ON floor ORDER BY ALL;
SELECT * FROM depts UNPIVOT (v FOR k IN (title, city)) ORDER BY ALL;
SELECT * FROM depts UNPIVOT INCLUDE NULLS (v FOR k IN (title, city)) ORDER BY ALL;
SELECT * FROM (SELECT 1 AS id, 10 AS q1, NULL AS q2, 30 AS q3, 40 AS q4) UNPIVOT ((a, b) FOR half IN ((q1, q2) AS h1, (q3, q4) AS h2)) ORDER BY half;
SELECT k, count(*) FROM (UNPIVOT people ON name, grade INTO NAME k VALUE v) GROUP BY k ORDER BY k;
FROM (UNPIVOT (PIVOT sales ON year USING sum(units) GROUP BY region) ON COLUMNS('20..') INTO NAME y VALUE u) SELECT y, sum(u) GROUP BY y ORDER BY y;
SELECT u.v FROM (SELECT 1 AS a, 2 AS b) UNPIVOT (v FOR k IN (a, b)) AS u WHERE u.k = 'b';
UNPIVOT (SELECT sum(units) AS u, count(*) AS n FROM sales) ON * ORDER BY ALL;
