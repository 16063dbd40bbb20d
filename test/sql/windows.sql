-- ranking
SELECT id, row_number() OVER (ORDER BY id) FROM people ORDER BY id;
SELECT id, dept, row_number() OVER (PARTITION BY dept ORDER BY salary DESC NULLS LAST, id) AS r FROM people ORDER BY dept, r;
SELECT id, rank() OVER (ORDER BY salary), dense_rank() OVER (ORDER BY salary), rank_dense() OVER (ORDER BY salary DESC) FROM people ORDER BY id;
SELECT id, percent_rank() OVER (PARTITION BY dept ORDER BY salary), cume_dist() OVER (PARTITION BY dept ORDER BY salary) FROM people ORDER BY id;
SELECT id, ntile(4) OVER (ORDER BY id), ntile(3) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;
SELECT id, ntile(id) OVER (ORDER BY id) FROM people WHERE id > 0 ORDER BY id;
SELECT count(DISTINCT r) FROM (SELECT row_number() OVER () AS r FROM orders);
SELECT id, rank() OVER (PARTITION BY region ORDER BY amount DESC NULLS LAST) FROM sales ORDER BY id;
SELECT id, row_number() OVER (PARTITION BY region, year % 2 ORDER BY id DESC) FROM sales ORDER BY id LIMIT 30;
SELECT id, rank() OVER (ORDER BY d), dense_rank() OVER (ORDER BY d DESC) FROM keys ORDER BY id;
SELECT id, rank() OVER (ORDER BY nums NULLS FIRST) FROM nested ORDER BY id;
SELECT id, row_number(ORDER BY name DESC) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;
SELECT id, rank(ORDER BY salary DESC) OVER (ORDER BY hired ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM people WHERE id NOT IN (4, 5) ORDER BY id;

-- values of other rows
SELECT id, lag(name) OVER (ORDER BY id), lead(name) OVER (ORDER BY id) FROM people ORDER BY id;
SELECT id, lag(salary, 2) OVER (ORDER BY id), lead(salary, 2, -1) OVER (ORDER BY id) FROM people ORDER BY id;
SELECT id, lag(id, 1, 0) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;
SELECT id, lag(id, -1) OVER (ORDER BY id), lead(id, 0) OVER (ORDER BY id), lag(id, dept) OVER (ORDER BY id) FROM people ORDER BY id;
SELECT id, lag(val IGNORE NULLS) OVER (PARTITION BY sensor ORDER BY id) FROM readings ORDER BY id;
SELECT id, lead(val, 2 IGNORE NULLS) OVER (ORDER BY id) FROM readings ORDER BY id;
SELECT id, lag(val, 1, 99 IGNORE NULLS) OVER (ORDER BY id), lag(val RESPECT NULLS) OVER (ORDER BY id) FROM readings ORDER BY id;
SELECT id, first_value(name) OVER (PARTITION BY dept ORDER BY id), last_value(name) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;
SELECT id, first(name) OVER (ORDER BY id), last(name) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;
SELECT id, nth_value(name, 2) OVER (PARTITION BY dept ORDER BY id), nth_value(id, 3) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;
SELECT id, first_value(val IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING) FROM readings ORDER BY id;
SELECT id, last_value(val IGNORE NULLS) OVER (PARTITION BY sensor ORDER BY id) FROM readings ORDER BY id;
SELECT id, nth_value(val, 2 IGNORE NULLS) OVER (ORDER BY id) FROM readings ORDER BY id LIMIT 12;
SELECT id, any_value(val) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM readings ORDER BY id LIMIT 12;
SELECT id, first_value(id ORDER BY salary DESC NULLS LAST, id) OVER (PARTITION BY dept) FROM people ORDER BY id;
SELECT id, lag(name ORDER BY salary) OVER (ORDER BY id) FROM people WHERE salary > 2500 AND id NOT IN (2, 3) ORDER BY id;
SELECT id, fill(val) OVER (ORDER BY id) FROM readings WHERE NOT isnan(val) OR val IS NULL ORDER BY id;
SELECT id, fill(units::DOUBLE) OVER (PARTITION BY region ORDER BY id) FROM sales WHERE id < 20 ORDER BY id;
SELECT id, lag((dept, grade)) OVER (ORDER BY id), lead(nums) OVER (ORDER BY id) FROM people JOIN nested USING (id) ORDER BY id;

-- aggregates over windows
SELECT id, sum(salary) OVER () FROM people ORDER BY id;
SELECT id, sum(salary) OVER (ORDER BY id) FROM people ORDER BY id;
SELECT id, sum(salary) OVER (PARTITION BY dept), count(*) OVER (PARTITION BY dept) FROM people ORDER BY id;
SELECT id, avg(salary) OVER (PARTITION BY dept ORDER BY hired, id) FROM people ORDER BY id;
SELECT id, min(salary) OVER w, max(name) OVER w, count(salary) OVER w FROM people WINDOW w AS (PARTITION BY grade ORDER BY id) ORDER BY id;
SELECT id, salary - avg(salary) OVER (PARTITION BY dept) AS diff FROM people ORDER BY id;
SELECT id, count(DISTINCT dept) OVER (ORDER BY id), sum(DISTINCT dept) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM people ORDER BY id;
SELECT id, list(DISTINCT grade ORDER BY grade) OVER (PARTITION BY dept) FROM people ORDER BY id;
SELECT id, count(*) FILTER (WHERE grade = 'C') OVER (ORDER BY id), sum(salary) FILTER (WHERE dept = 20) OVER (PARTITION BY grade) FROM people ORDER BY id;
SELECT id, list(name ORDER BY name DESC NULLS LAST) OVER (PARTITION BY dept) FROM people ORDER BY id;
SELECT id, string_agg(name, ',' ORDER BY id) OVER (PARTITION BY dept ORDER BY id) FROM people ORDER BY id;
SELECT id, median(salary) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING), quantile_cont(salary, 0.9) OVER (PARTITION BY dept) FROM people ORDER BY id;
SELECT id, mode(grade) OVER (ORDER BY id), mad(salary) OVER (ORDER BY id) FROM people WHERE grade IN ('A', 'C') AND id NOT IN (1, 4, 6) ORDER BY id;
SELECT id, arg_max(name, salary) OVER (ORDER BY id), bool_or(grade = 'B') OVER (PARTITION BY dept), bit_or(id) OVER (ORDER BY id) FROM people WHERE id > 0 ORDER BY id;
SELECT id, stddev(salary) OVER (PARTITION BY dept), corr(salary, id) OVER (ORDER BY id ROWS 4 PRECEDING) FROM people WHERE id <> 7 ORDER BY id;
SELECT id, product(level + 1) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM readings WHERE id < 12 ORDER BY id;
SELECT id, sum(val) OVER (PARTITION BY sensor ORDER BY id) FROM readings WHERE NOT isnan(val) ORDER BY id;
SELECT id, max(val) OVER (ORDER BY id ROWS 2 PRECEDING) FROM readings ORDER BY id;
SELECT oid, sum(amount) OVER (PARTITION BY user_id ORDER BY oid) FROM orders WHERE user_id < -40 OR user_id IS NULL ORDER BY oid;
SELECT oid, count(*) OVER (PARTITION BY user_id) AS c, sum(small) OVER (PARTITION BY status, user_id ORDER BY placed, oid) AS s FROM orders WHERE oid % 50 = 3 ORDER BY oid;
SELECT sum(c) FROM (SELECT count(*) OVER (PARTITION BY d) AS c FROM keys);
SELECT id, count(*) OVER (PARTITION BY i), count(*) OVER (PARTITION BY b), count(*) OVER (PARTITION BY f) FROM keys ORDER BY id;

-- frames: ROWS
SELECT id, sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM people ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM depts ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;
SELECT id, list(id) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING) FROM people ORDER BY id;
SELECT id, list(id) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;
SELECT id, list(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 3 PRECEDING) FROM people ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN id % 3 PRECEDING AND id % 2 FOLLOWING) FROM people WHERE id > 0 ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY id ROWS 1 + 1 PRECEDING) FROM people ORDER BY id;

-- frames: RANGE
SELECT id, sum(salary) OVER (ORDER BY salary RANGE BETWEEN 1000 PRECEDING AND 1000 FOLLOWING) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY salary DESC NULLS LAST RANGE BETWEEN 2000 PRECEDING AND CURRENT ROW) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY hired RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND CURRENT ROW) FROM people ORDER BY id;
SELECT id, count(*) OVER (PARTITION BY sensor ORDER BY seen RANGE BETWEEN INTERVAL 20 MINUTE PRECEDING AND INTERVAL 10 MINUTE FOLLOWING) FROM readings ORDER BY id;
SELECT id, max(val) OVER (ORDER BY seen RANGE BETWEEN INTERVAL 5 MINUTE PRECEDING AND CURRENT ROW) FROM readings WHERE NOT isnan(val) ORDER BY id;
SELECT id, sum(dept) OVER (ORDER BY dept) AS peers FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY dept RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY dept RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY val RANGE BETWEEN 0.5 PRECEDING AND 0.5 FOLLOWING) FROM readings WHERE val < 4 ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY id RANGE BETWEEN 3 FOLLOWING AND 5 FOLLOWING) FROM people ORDER BY id;
SELECT id, first_value(id) OVER (ORDER BY id RANGE BETWEEN 10 PRECEDING AND CURRENT ROW) FROM people ORDER BY id;

-- frames: GROUPS
SELECT id, count(*) OVER (ORDER BY dept GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM people ORDER BY id;
SELECT id, sum(id) OVER (ORDER BY grade GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY salary GROUPS 2 PRECEDING) FROM people ORDER BY id;
SELECT id, min(id) OVER (ORDER BY dept GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM people ORDER BY id;
SELECT id, count(*) OVER (PARTITION BY grade ORDER BY dept GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM people ORDER BY id;

-- EXCLUDE
SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY dept ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY dept RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM people ORDER BY id;
SELECT id, sum(salary) OVER (ORDER BY salary RANGE BETWEEN 1500 PRECEDING AND 1500 FOLLOWING EXCLUDE NO OTHERS) FROM people ORDER BY id;
SELECT id, count(*) OVER (ORDER BY grade GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;
SELECT id, max(salary) OVER (PARTITION BY dept ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;
SELECT id, list(id) OVER (ORDER BY salary, id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) FROM people ORDER BY id;
SELECT id, first_value(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;
SELECT id, median(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE TIES) FROM people ORDER BY id;
SELECT id, count(DISTINCT grade) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) FROM people ORDER BY id;

-- named windows
SELECT id, rank() OVER w, sum(salary) OVER w FROM people WINDOW w AS (ORDER BY salary) ORDER BY id;
SELECT id, sum(id) OVER (w ROWS 1 PRECEDING), sum(id) OVER w FROM people WINDOW w AS (PARTITION BY dept ORDER BY id) ORDER BY id;
SELECT id, count(*) OVER a, count(*) OVER b FROM people WINDOW a AS (PARTITION BY dept), b AS (a ORDER BY id) ORDER BY id;
SELECT id, row_number() OVER (p ORDER BY id DESC) FROM people WINDOW p AS (PARTITION BY grade) ORDER BY id;
SELECT s.a, w.b FROM (SELECT sum(id) OVER w AS a FROM depts WINDOW w AS (ORDER BY id)) s, (SELECT max(id) OVER w AS b FROM depts WINDOW w AS (ORDER BY floor DESC NULLS LAST)) w ORDER BY ALL;

-- windows among other clauses
SELECT dept, sum(salary) AS s, rank() OVER (ORDER BY sum(salary) DESC NULLS LAST) FROM people GROUP BY dept ORDER BY s DESC NULLS LAST, dept;
SELECT region, year, sum(units), sum(sum(units)) OVER (PARTITION BY region ORDER BY year), sum(units) * 100.0 / sum(sum(units)) OVER () FROM sales GROUP BY region, year ORDER BY region, year;
SELECT id, r FROM (SELECT id, row_number() OVER (PARTITION BY dept ORDER BY id) AS r FROM people) WHERE r = 1 ORDER BY id;
SELECT DISTINCT dept, count(*) OVER (PARTITION BY dept) FROM people ORDER BY dept;
SELECT id FROM people ORDER BY rank() OVER (ORDER BY salary DESC NULLS LAST), id;
SELECT id, CASE WHEN lag(dept) OVER (ORDER BY id) = dept THEN 'same' ELSE 'new' END FROM people ORDER BY id;
SELECT id, sum(x) OVER (ORDER BY id) FROM (SELECT id, (salary > coalesce(lag(salary) OVER (ORDER BY id), 0))::INTEGER AS x FROM people) ORDER BY id;
SELECT p.id, d.title, row_number() OVER (PARTITION BY d.city ORDER BY p.id) FROM people p LEFT JOIN depts d ON p.dept = d.id ORDER BY p.id;
SELECT id, max(id) OVER (PARTITION BY dept) = id AS is_last FROM people ORDER BY id;
SELECT id, (SELECT max(d.id) FROM depts d WHERE d.id < people.dept) AS m, rank() OVER (ORDER BY dept) FROM people ORDER BY id;
SELECT count(*) OVER (), sum(id) OVER () FROM nothing;
SELECT row_number() OVER (ORDER BY unnest) AS r, unnest FROM unnest([30, 10, 20]) ORDER BY r;
SELECT x, sum(x) OVER (ORDER BY x) FROM (VALUES (1), (2), (NULL)) t(x) ORDER BY x;
SELECT lag(x) OVER () IS NULL AS n FROM lonely;
SELECT id, row_number() OVER (PARTITION BY sensor ORDER BY seen DESC, id) - row_number() OVER (PARTITION BY sensor, level ORDER BY seen DESC, id) AS island FROM readings ORDER BY id;
SELECT id, rank() OVER (ORDER BY grade COLLATE NOCASE, id), rank() OVER (PARTITION BY lower(name) ORDER BY id) FROM people ORDER BY id;
-- compare: by input order
SELECT id, row_number() OVER () FROM words;
-- compare: by input order
SELECT oid, row_number() OVER (PARTITION BY status) FROM orders WHERE oid % 100 = 0 ORDER BY oid;
