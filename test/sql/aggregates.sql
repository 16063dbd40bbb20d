-- counting
SELECT count(*), count(), count(1), count_star() FROM people;
SELECT dept, count(salary), count(DISTINCT salary), count(DISTINCT grade) FROM people GROUP BY dept ORDER BY dept;
SELECT count_if(salary > 3000), countif(grade = 'C'), count(*) FILTER (WHERE salary > 3000) FROM people;
SELECT dept, count_if(salary > 3000) FROM people GROUP BY dept ORDER BY dept;
SELECT count(DISTINCT (dept, grade)), count((dept, grade)) FROM people;
SELECT count(DISTINCT nums), count(DISTINCT pt), count(DISTINCT m) FROM nested;
SELECT approx_count_distinct(user_id), approx_count_distinct(status) FROM orders;
SELECT status, approx_count_distinct(user_id) FROM orders GROUP BY status ORDER BY status;
SELECT count(DISTINCT d), count(DISTINCT f), count(DISTINCT i), count(DISTINCT t) FROM keys;

-- sums and means
SELECT sum(units), avg(units), mean(units), sum(amount), avg(amount) FROM sales;
SELECT region, sum(units), avg(amount), sum(amount) FROM sales GROUP BY region ORDER BY region;
SELECT sum(tiny), sum(small), sum(big), sum(utiny), sum(ubig), sum(dec4), sum(dec18), sum(dec38) FROM kinds WHERE id > 2;
SELECT typeof(sum(tiny)), typeof(sum(big)), typeof(sum(ubig)), typeof(sum(dec4)), typeof(sum(flt)), typeof(avg(dec4)), typeof(sum(flag)) FROM kinds;
SELECT sum(big::HUGEINT), sum(big::HUGEINT + 1) FROM kinds;
SELECT sum(flag), sum(id = 4) FROM kinds;
SELECT fsum(val), kahan_sum(val), sumkahan(val) FROM readings WHERE NOT isnan(val);
SELECT sensor, favg(val), fsum(val) FROM readings WHERE val < 5 GROUP BY sensor ORDER BY sensor;
SELECT sum(val), avg(val), min(val), max(val) FROM readings;
SELECT product(units), product(units) FILTER (WHERE id < 5) FROM sales WHERE units > 0 AND id < 12;
SELECT region, product(units) FROM sales WHERE units > 0 AND id < 30 GROUP BY region ORDER BY region;
SELECT geomean(units), geometric_mean(units + 1) FROM sales WHERE units > 0;
SELECT wavg(amount, units), weighted_avg(units, year) FROM sales WHERE amount > 0 AND units > 0;
SELECT region, weighted_avg(amount, units) FROM sales WHERE units > 0 GROUP BY region ORDER BY region;
SELECT avg(dt), avg(ts), avg(tm), avg(iv) FROM kinds WHERE id > 3;
SELECT avg(placed), avg(placed::DATE) FROM orders;
SELECT sum(DISTINCT units), avg(DISTINCT units), count(DISTINCT units) FROM sales;
SELECT region, sum(DISTINCT units), avg(DISTINCT amount) FROM sales GROUP BY region ORDER BY region;
SELECT 1 + sum(units) * 2 - min(units), round(avg(units), 3) FROM sales;
SELECT sum(units * amount), sum(units) * sum(amount) FROM sales;
SELECT avg(id), sum(id) FROM (SELECT id FROM people UNION ALL SELECT id FROM depts);

-- least and greatest
SELECT min(name), max(name), min(hired), max(salary), min(dept) FROM people;
SELECT min(blb), max(blb), min(uid), max(uid), min(tm), max(tstz), min(iv), max(tns), min(flag) FROM kinds;
SELECT min(dbl), max(dbl), min(flt), max(flt) FROM kinds;
SELECT min(nums), max(nums), min(pt), max(words) FROM nested;
SELECT dept, min(name), max(hired) FROM people GROUP BY dept ORDER BY dept;
SELECT max(salary, 3), min(salary, 2), max(name, 2) FROM people;
SELECT dept, max(salary, 2), min(name, 2) FROM people GROUP BY dept ORDER BY dept;
SELECT min(w), max(w) FROM words;
SELECT min(d), max(d) FROM keys;

-- of another column
SELECT arg_max(name, salary), arg_min(name, salary) FROM people;
SELECT dept, arg_max(name, hired), arg_min(id, hired) FROM people WHERE id NOT IN (4, 5) GROUP BY dept ORDER BY dept;
SELECT argmax(title, floor), argmin(title, floor), max_by(title, id), min_by(city, floor) FROM depts;
SELECT arg_max(city, floor), arg_max_null(city, -floor), arg_min_null(city, floor), arg_min(city, id) FROM depts;
SELECT arg_max(id, salary, 3), arg_min(name, id, 2) FROM people;
SELECT region, max_by(id, id * units % 101, 2) FROM sales WHERE region <> 'west' AND id < 60 GROUP BY region ORDER BY region;
SELECT dept, arg_max(name, (salary, id)) FROM people GROUP BY dept ORDER BY dept;

-- the first, any
SELECT any_value(title), first(title), last(title), arbitrary(title) FROM depts WHERE id = 20;
-- compare: by input order
SELECT first(id), last(id), any_value(id), arbitrary(id) FROM people;
-- compare: by input order
SELECT dept, first(name), last(salary), any_value(grade) FROM people GROUP BY dept ORDER BY dept;
SELECT first(id ORDER BY salary DESC NULLS LAST, id), last(id ORDER BY hired NULLS FIRST, id), any_value(grade ORDER BY id DESC) FROM people;
SELECT dept, first(name ORDER BY id), last(name ORDER BY id DESC) FROM people GROUP BY dept ORDER BY dept;
SELECT first(salary), any_value(salary) FROM people WHERE id = 7;

-- lists and texts
SELECT list(id ORDER BY id), array_agg(name ORDER BY id DESC) FROM people;
SELECT dept, list(name ORDER BY salary DESC NULLS LAST, id) FROM people GROUP BY dept ORDER BY dept;
SELECT list(DISTINCT dept ORDER BY dept NULLS LAST) FROM people;
SELECT list(salary ORDER BY id) FILTER (WHERE salary > 5000) FROM people;
SELECT list({'n': name, 'g': grade} ORDER BY id)[2:3] FROM people;
SELECT list(id) FROM nothing;
SELECT ARRAY_AGG(DISTINCT grade ORDER BY grade DESC NULLS FIRST) FROM people;
SELECT string_agg(name, '/' ORDER BY name, id), string_agg(name ORDER BY id) FROM people;
SELECT group_concat(grade, '' ORDER BY id), listagg(title, '; ' ORDER BY id) FROM people, (SELECT title FROM depts WHERE depts.id = 10);
SELECT listagg(DISTINCT city, ', ' ORDER BY city DESC) FROM depts;
SELECT dept, string_agg(DISTINCT grade, ',' ORDER BY grade) FROM people GROUP BY dept ORDER BY dept;
-- compare: by input order
SELECT list(id), string_agg(w, '|') FROM words;
-- compare: by input order
SELECT label, list(seq)[1:4] FROM events GROUP BY label ORDER BY label;
SELECT len(list(oid)), list_sort(list(status))[1:2] FROM orders;
SELECT list(pts ORDER BY id) FROM nested;

-- bits and truth
SELECT bit_and(units), bit_or(id), bit_xor(id), bit_xor(units) FROM sales;
SELECT region, bit_and(id + 1), bit_or(units), bit_xor(id) FROM sales GROUP BY region ORDER BY region;
SELECT bit_and(utiny), bit_or(ubig), bit_xor(uint), bit_or('0101'::BIT) FROM kinds WHERE id > 3;
SELECT bool_and(flag), bool_or(flag), bool_and(id > 0), bool_or(NULL) FROM kinds;
SELECT dept, bool_and(salary > 2000), bool_or(salary > 8000) FROM people GROUP BY dept ORDER BY dept;
SELECT bitstring_agg(id, 1, 20) FROM words WHERE length(w) = 5;
SELECT grade, bitstring_agg(dept, -1, 99) FROM people GROUP BY grade ORDER BY grade;

-- statistics
SELECT var_pop(units), var_samp(units), variance(units), stddev_pop(units), stddev_samp(units), stddev(units) FROM sales;
SELECT region, var_pop(amount), stddev(units) FROM sales GROUP BY region ORDER BY region;
SELECT var_samp(id), stddev(id), var_pop(id) FROM people WHERE id = 1;
SELECT corr(units, amount), covar_pop(units, amount), covar_samp(units, amount) FROM sales;
SELECT region, corr(units, id), covar_pop(units, year) FROM sales GROUP BY region ORDER BY region;
SELECT regr_avgx(amount, units), regr_avgy(amount, units), regr_count(amount, units), regr_intercept(amount, units), regr_r2(amount, units) FROM sales;
SELECT regr_slope(amount, units), regr_sxx(amount, units), regr_sxy(amount, units), regr_syy(amount, units) FROM sales;
SELECT region, regr_slope(amount, id), regr_count(amount, id) FROM sales GROUP BY region ORDER BY region;
SELECT skewness(units), kurtosis(units), kurtosis_pop(units), sem(units) FROM sales;
SELECT entropy(units), entropy(region), mad(units), mad(amount) FROM sales;
SELECT region, entropy(product), mad(units), sem(units) FROM sales GROUP BY region ORDER BY region;

-- quantiles: ordered sets
SELECT median(units), median(amount), median(region) FROM sales;
SELECT median(hired), median(salary), median(name) FROM people;
SELECT quantile(units, 0.3), quantile_disc(units, 0.3), quantile_cont(units, 0.3) FROM sales;
SELECT quantile_cont(amount, [0.1, 0.5, 0.9]), quantile_disc(amount, [0.25, 0.75]) FROM sales;
SELECT region, quantile_cont(units, 0.75), quantile_disc(product, 0.5) FROM sales GROUP BY region ORDER BY region;
SELECT quantile_disc(units, -0.25), quantile_cont(hired, 0.5) FROM sales, people WHERE sales.id = people.id;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY units), percentile_disc(0.5) WITHIN GROUP (ORDER BY units DESC) FROM sales;
SELECT region, percentile_cont([0.2, 0.8]) WITHIN GROUP (ORDER BY amount) FROM sales GROUP BY region ORDER BY region;
SELECT mode() WITHIN GROUP (ORDER BY dept) FROM people WHERE dept = 20;
SELECT mode(region), mode(year) FILTER (WHERE year > 2021 AND id <> 1) FROM sales;
SELECT grade, mode(salary > 3000) FROM people WHERE grade IN ('A', 'C') GROUP BY grade ORDER BY grade;
SELECT quantile_cont(units, 0.5 ORDER BY units DESC) FROM sales;
SELECT quantile_cont(placed, 0.25), quantile_cont(placed, 0.999) FROM orders;
SELECT quantile_disc(val, 0.9), quantile_cont(val, 0.1) FROM readings;
-- compare: by input order
SELECT approx_quantile(oid, 0.5), approx_quantile(amount, [0.1, 0.9]) FROM orders;
-- compare: names
SELECT reservoir_quantile(oid, 0.5), reservoir_quantile(oid, [0.1, 0.9], 100) FROM orders;
SELECT approx_top_k(product, 2) FROM sales WHERE product = 'p1' OR (product = 'p2' AND id < 50);
SELECT histogram(units), histogram(region) FROM sales;
SELECT dept, histogram(grade) FROM people GROUP BY dept ORDER BY dept;
SELECT histogram(units, [0, 5, 10]), histogram_exact(units, [1, 2]) FROM sales;
SELECT histogram(length(w), range(0, 10, 5)) FROM words;

-- FILTER
SELECT sum(units) FILTER (WHERE year = 2021), sum(units) FILTER (year = 2022), avg(amount) FILTER (WHERE false) FROM sales;
SELECT region, count(*) FILTER (WHERE amount > 50), max(product) FILTER (WHERE quarter = 1) FROM sales GROUP BY region ORDER BY region;
SELECT count(*) FILTER (WHERE NULL), count(*) FILTER (WHERE amount IS NULL) FROM sales;
SELECT count(DISTINCT product) FILTER (WHERE units > 10), string_agg(DISTINCT region, ',' ORDER BY region) FILTER (WHERE units < 0) FROM sales;
SELECT sum(salary) FILTER (WHERE id IN (SELECT boss FROM people)) FROM people;

-- no rows, only NULLs
SELECT count(*), sum(id), avg(id), min(name), list(id), bool_and(id > 0), median(id), string_agg(name), first(id), mode(id) FROM nothing;
SELECT sum(NULL), count(NULL), min(NULL), list(NULL), avg(NULL::INTEGER), any_value(NULL) FROM people;
SELECT dept, sum(salary), count(salary), avg(salary), list(salary) FROM people WHERE id = 7 GROUP BY dept;
SELECT var_samp(id), corr(id, id), quantile_cont(id, 0.5), histogram(id), entropy(id), arg_max(id, id), bit_or(id), product(id) FROM nothing;
SELECT id, sum(amount) FROM nothing GROUP BY id;

-- over expressions, joins, and each other
SELECT max(total) FROM (SELECT sum(units) AS total FROM sales GROUP BY region, product);
SELECT avg(n), max(n) FROM (SELECT count(*) AS n FROM sales GROUP BY rep);
SELECT d.city, sum(p.salary), count(DISTINCT p.dept) FROM people p JOIN depts d ON p.dept = d.id GROUP BY d.city ORDER BY d.city;
SELECT sum(CASE WHEN region = 'west' THEN units ELSE 0 END) AS w, sum(CASE WHEN region IS NULL THEN 1 END) AS n FROM sales;
SELECT list_aggregate(list(units), 'sum'), list_sum(list(units)) FROM sales WHERE id < 10;
SELECT array_length(list(id)), sum(len(words)), max(list_max(nums)) FROM nested;
SELECT sum(x) FROM (SELECT unnest(nums) AS x FROM nested);
SELECT (SELECT sum(salary) FROM people) / count(*) FROM depts;
SELECT count(*), sum(a.units + b.units) FROM sales a JOIN sales b ON a.region = b.region AND a.year = b.year AND a.id < b.id;
SELECT status, avg(amount), sum(amount) / count(amount), max(placed) - min(placed) FROM orders GROUP BY status ORDER BY status;
SELECT sum(score), count(score) FROM users WHERE NOT isnan(score);
