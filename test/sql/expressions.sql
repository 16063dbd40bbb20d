-- arithmetic
SELECT 1 + 2 * 3 - 4, (1 + 2) * 3, -2 ^ 2, 2 ** 3 ** 2, 2 ^ -1, 7 / 2, 7 // 2, -7 // 2, 7 % 3, -7 % 3;
SELECT 1 / 0, 1 // 0, 1 % 0, 0.0 / 0, -1.0 / 0, mod(5, 0), fmod(5.5, 2), fdiv(7, 2);
SELECT 5 & 3, 5 | 3, xor(5, 3), ~5, 1 << 4, 256 >> 2, @ -5, 5 !;
SELECT + 1, - - 1, -(-1), +(-(1)), 3 - -2;
SELECT id, dept + boss, dept * 1.5, dept - salary, boss / dept, -dept FROM people ORDER BY id;
SELECT tiny + small, tiny * 2, big::HUGEINT * 2, utiny - tiny, uint + 1, flt * 2, dec4 * dec4, dec4 / 3, dec18 + dec4 FROM kinds WHERE id > 2 ORDER BY id;
SELECT typeof(1 + 1.5), typeof(1.5 * 2.25), typeof(1 / 2), typeof(7 // 2), typeof(2 ^ 2), typeof(1::TINYINT + 1::SMALLINT), typeof(1.0 + 1e0), typeof(0.1 + 1::DECIMAL(18, 6));
SELECT 0.1 + 0.2 = 0.3, 0.1::DOUBLE + 0.2::DOUBLE = 0.3::DOUBLE, 1e-400, 12345678901234567890 + 1, 1.10 = 1.1;
SELECT abs(-3), sign(-2.5), ceil(1.2), ceiling(-1.2), floor(-1.2), round(2.5), round(-2.5), round(1234.567, -2), round(1.005, 2), trunc(-1.9), even(2.1), round_even(2.5, 0);
SELECT sqrt(16), cbrt(27), pow(2, 10), exp(0), ln(1), log(100), log2(8), log(2, 8), gamma(5), lgamma(3), factorial(5), gcd(12, 18), lcm(4, 6);
SELECT sin(0), cos(0), tan(0), asin(1), acos(1), atan(1), atan2(1, 1), sinh(0), cosh(0), tanh(0), degrees(pi()), radians(180), cot(1);
SELECT greatest(1, 3, 2), least('b', 'a'), greatest(NULL, 1), least(NULL), isnan('nan'::DOUBLE), isinf('-inf'::FLOAT), isfinite(1.5), signbit(-0.0::DOUBLE), nextafter(1.0, 2);
SELECT bit_count(7), bar(5, 0, 10, 10), width FROM (SELECT 1 AS width);
SELECT 10 - 3 - 2, 100 / 10 / 5, 2 + 3 || 'x', 1 + 1 = 2 AND 2 > 1, (1 < 2) = true, NOT 1 = 2 AND true, 'a' || 'b' = 'ab';
SELECT 7 & 3 | 8, 1 << 2 + 1, 1 + 2 << 1, 4 - 1 % 3, -3 % 2 + 1, - 2 ^ 2, 6 // 4 * 2, 5 % 3 ^ 2;

-- comparison
SELECT 1 = 1.0, 1 == 1, 1 <> 2, 1 != 2, 'a' < 'B', 'a' >= 'a', 2 BETWEEN 1 AND 3, 2 NOT BETWEEN 1 AND 3;
SELECT NULL = NULL, NULL IS NULL, NULL IS NOT NULL, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL, 1 ISNULL, 1 NOTNULL, NULL <> 1;
SELECT true IS TRUE, NULL IS TRUE, NULL IS NOT TRUE, false IS FALSE, NULL IS UNKNOWN, true IS NOT UNKNOWN;
SELECT true AND NULL, false AND NULL, true OR NULL, false OR NULL, NOT NULL, NULL AND NULL;
SELECT id FROM people WHERE dept IS DISTINCT FROM 20 ORDER BY id;
SELECT id FROM people WHERE dept <> 20 ORDER BY id;
SELECT id FROM people WHERE NOT (dept = 20 AND salary > 3100) ORDER BY id;
SELECT id FROM people WHERE grade IS NULL OR dept IS NULL ORDER BY id;
SELECT id FROM people WHERE salary BETWEEN 2500 AND 5200.5 AND id NOT BETWEEN 3 AND 6 ORDER BY id;
SELECT id FROM people WHERE id IN (1, 3, 5.0, NULL) ORDER BY id;
SELECT id FROM people WHERE id NOT IN (1, 3, 5) ORDER BY id;
SELECT id AS empty FROM people WHERE id NOT IN (1, NULL);
SELECT id FROM people WHERE (id, dept) NOT IN ((1, 10), (2, 10)) AND dept = 10 ORDER BY id;
SELECT id FROM people WHERE id IN [1, 2, 3] ORDER BY id;
SELECT 2 IN [1, 2], 'a' IN ('a', 'b'), 1 IN (1), NULL IN (1, 2), 3 NOT IN (1, 2);
SELECT id FROM people WHERE 20 = dept AND 'C' = grade ORDER BY id;
SELECT id FROM people WHERE hired > '2019-01-01' AND hired <= DATE '2021-11-11' ORDER BY id;
SELECT id FROM people WHERE '2018-07-15' = hired ORDER BY id;
SELECT id FROM people WHERE salary = '3100' OR id = '-13' ORDER BY id;
SELECT id FROM kinds WHERE dbl > 0 ORDER BY id;
SELECT id FROM kinds WHERE dbl = 'nan' OR dbl < -1e300 ORDER BY id;
SELECT id FROM kinds WHERE flt <> flt OR flt = 0 ORDER BY id;
SELECT id FROM kinds WHERE uid > '12345678-90ab-cdef-1234-567890abcdef' ORDER BY id;
SELECT id FROM kinds WHERE blb >= 'abc'::BLOB OR blb = '\x00'::BLOB ORDER BY id;
SELECT id FROM kinds WHERE iv < INTERVAL 2 MONTH AND iv >= INTERVAL 30 DAY ORDER BY id;
SELECT id FROM kinds WHERE tstz > '2024-03-31 00:00:00+00' ORDER BY id;
SELECT id FROM kinds WHERE ts >= DATE '1970-01-01' AND tm BETWEEN '06:00' AND TIME '13:00:00' ORDER BY id;
SELECT id FROM kinds WHERE flag ORDER BY id;
SELECT id FROM kinds WHERE NOT flag OR flag IS NULL ORDER BY id;
SELECT id FROM kinds WHERE tiny < 0.5 AND big > -2 ORDER BY id;
SELECT id FROM kinds WHERE ubig > 9223372036854775807 OR ubig = utiny AND ubig = 7 ORDER BY id;
SELECT id FROM nested WHERE nums > [3] ORDER BY id;
SELECT id FROM nested WHERE pt = {'x': 1, 'y': 'one'} ORDER BY id;
SELECT id FROM words WHERE w > 'a' AND w < 'b' ORDER BY id;
SELECT i, d FROM keys WHERE i = d ORDER BY id;
SELECT id FROM keys WHERE t = i::VARCHAR OR f = n ORDER BY id;

-- conditions
SELECT CASE WHEN id < 0 THEN 'neg' WHEN id < 5 THEN 'low' ELSE 'high' END AS c, count(*) FROM people GROUP BY c ORDER BY c;
SELECT id, CASE dept WHEN 10 THEN 'ten' WHEN 20 THEN 'twenty' END AS c FROM people ORDER BY id;
SELECT CASE WHEN NULL THEN 1 WHEN false THEN 2 END AS n, CASE 1 WHEN NULL THEN 1 ELSE 0 END AS z, CASE WHEN 1 > 0 THEN 1 ELSE 1 / 0 END AS safe;
SELECT CASE WHEN id > 3 THEN 1 ELSE 2.5 END AS mixed FROM people WHERE id IN (3, 4) ORDER BY id;
SELECT coalesce(NULL, NULL, 3), ifnull(NULL, 'x'), nullif(1, 1), nullif(2, 1), if(1 > 2, 'a', 'b'), coalesce(NULL::INTEGER, 1.5);
SELECT id, coalesce(grade, name, '?'), nullif(dept, 20) FROM people ORDER BY id;
SELECT id, CASE WHEN dept = 20 THEN CASE WHEN salary > 4000 THEN 'a' ELSE 'b' END ELSE grade END AS c FROM people ORDER BY id;
SELECT TRY(1 / 0 + error('x')), TRY('a'::INTEGER), TRY(5);
SELECT id, TRY(w::DATE) AS d FROM words WHERE id IN (1, 12) ORDER BY id;
SELECT constant_or_null(1, NULL), constant_or_null(2, 1), error(NULL);

-- casts
SELECT '42'::INTEGER, CAST('1.5' AS DOUBLE), 1.5::INTEGER, 2.5::INTEGER, -1.5::INTEGER, 'true'::BOOLEAN, 1::BOOLEAN, '2024-02-29'::DATE, 42::VARCHAR;
SELECT TRY_CAST('x' AS INTEGER), TRY_CAST('300' AS TINYINT), TRY_CAST('2024-02-30' AS DATE), TRY_CAST(1e30 AS BIGINT), TRY_CAST('12' AS INTEGER);
SELECT 1.005::DECIMAL(5, 2), 1e3::DECIMAL(10, 3), '1.999'::DECIMAL(3, 1), 5::DECIMAL, 1.5::FLOAT::DOUBLE, 0.1::FLOAT::DOUBLE;
SELECT [1, 2]::VARCHAR[], '[1, 2]'::INTEGER[], {'a': 1}::STRUCT(a VARCHAR), '{''a'': 5}'::STRUCT(a INTEGER), [1, 2]::INTEGER[2];
SELECT DATE '2024-01-01'::TIMESTAMP, TIMESTAMP '2024-01-01 10:00:00'::DATE, TIMESTAMP '2024-01-01 10:20:30'::TIME, '10:20'::TIME, INTERVAL 90 MINUTE::VARCHAR;
SELECT id, salary::INTEGER, salary::VARCHAR, hired::VARCHAR, dept::DOUBLE, grade::BLOB FROM people ORDER BY id;
SELECT id, TRY_CAST(w AS DOUBLE) AS x, TRY_CAST(w AS DATE) AS d FROM words ORDER BY id;
SELECT id, tiny::BIGINT, big::DOUBLE, dec18::DECIMAL(18, 1), flt::VARCHAR, dbl::VARCHAR, blb::VARCHAR, uid::VARCHAR, iv::VARCHAR FROM kinds ORDER BY id;
SELECT 'ab'::BLOB, '\xAB'::BLOB, 'abc'::VARCHAR(2), '101'::BIT, 5::BIT, '0b11'::VARCHAR, 255::UTINYINT, 'a'::ENUM('a', 'b');
SELECT 3::TINYINT::SMALLINT::INTEGER::BIGINT::HUGEINT::DOUBLE AS chain, -(3::INTEGER) AS m, - 3::INTEGER AS n, '3'::INTEGER + 1 AS p;

-- operators as functions, functions as methods
SELECT add(1, 2), subtract(5, 3), multiply(2, 3), divide(7, 2), ('abc').upper(), ('abc').upper().length(), [3, 1].list_sort().list_reverse(), (1).add(2);
SELECT id, name.lower().substr(1, 2) AS s FROM people ORDER BY id;
SELECT (id).abs(), people.name.length() FROM people ORDER BY id;
SELECT ('a').concat('b', 1), (5.4).round(), ('x, y').split(', ')[2];
SELECT pi() > 3, hash(1) = hash(1), typeof(NULL), typeof([1]), typeof({'a': 1}), typeof(1 = 1), version() LIKE 'v1.4%';
SELECT current_schema(), current_database() IS NOT NULL, can_cast_implicitly(1::TINYINT, 1::BIGINT), alias(1 + 1);
SELECT md5('a'), sha256('a'), sha1('a'), hash('a'), md5_number('a') > 0;
SELECT hash(id), hash(dept, grade) FROM people WHERE id < 3 ORDER BY id;
SELECT 1 AS a WHERE 1 = 1 AND NOT false;
SELECT id FROM people WHERE true AND (dept = 10 OR (dept = 20 AND (grade = 'B' OR (salary > 4000 AND NOT grade = 'B')))) ORDER BY id;
SELECT id FROM people WHERE id % 2 = 0 AND id // 3 = 1 OR id ^ 2 > 100 ORDER BY id;
-- compare: names
SELECT random(), uuid(), gen_random_uuid(), uuidv7(), txid_current() FROM people;
-- compare: names
SELECT id, random() AS r FROM people WHERE random() >= 0;
SELECT count(*) FROM people WHERE random() < 0;
SELECT now() = now() AS one, count(DISTINCT now()) AS values FROM people;
SELECT current_timestamp = transaction_timestamp() AS same, get_current_timestamp() = now() AS kin, typeof(now()), typeof(current_timestamp);
