-- numbers
SELECT 1, -1, 1.5, .5, 5., 1e3, 1.5E-2, 1_000_000, 1_0.2_5, '0xFF'::INTEGER, '0b1011'::INTEGER, '1_000'::INTEGER, ' 7 '::INTEGER;
SELECT 2147483647, 2147483648, -2147483648, 9223372036854775807, 9223372036854775808, 170141183460469231731687303715884105727, 0.1234567890123456789, 12345678901234567890.5;
SELECT typeof(1), typeof(3000000000), typeof(99999999999999999999), typeof(1.0), typeof(1.50), typeof(1e0), typeof(1_000), typeof(123456789012345678901234567890.12);
SELECT 1::DOUBLE, 1.0::FLOAT, 'inf'::DOUBLE, '-infinity'::FLOAT, 'NaN'::DOUBLE, -0.0::DOUBLE, 1e308 * 10 = 'inf'::DOUBLE;

-- texts
SELECT 'it''s', '', 'a"b', 'line
two', 'tab	end', 'ünï', '日本', '👩‍👩‍👧';
SELECT E'a\nb', E'\t', E'\\', E'it\'s', E'\x41', e'\r\n', E'\101';
SELECT $$dollar 'quoted'$$, $tag$with $$ inside$tag$, $$a;b$$, $$$$;
SELECT 'one'
  'two' AS joined;
SELECT 'back\slash', '\n', 'per%cent_', 'semi;colon', '-- no comment', '/* nor this */';
SELECT chr(65), chr(0) || 'x', length(chr(0)), 'a' || chr(10) || 'b', chr(128077);
SELECT 'x'::VARCHAR, "x" FROM (SELECT 1 AS "x");
SELECT X'00FF', x'', '\x41\x00'::BLOB, 'AB'::BLOB = X'4142';

-- dates, times, intervals
SELECT DATE '2024-02-29', TIME '10:20:30.5', TIMESTAMP '2024-02-29 10:20:30', TIMESTAMP_S '2024-01-01 00:00:01', TIMESTAMP_MS '2024-01-01 00:00:00.123', TIMESTAMP_NS '2024-01-01 00:00:00.123456789';
SELECT TIMESTAMPTZ '2024-01-01 12:00:00+02', TIMESTAMP WITH TIME ZONE '2024-01-01 00:00:00-05:30', TIMETZ '10:00:00+03', TIME WITH TIME ZONE '23:59:59-12';
SELECT DATE 'infinity', DATE '-infinity', DATE '0044-03-15 (BC)', DATE '-0043-03-15', TIMESTAMP 'infinity', DATE 'epoch', DATE '5881580-07-10';
SELECT INTERVAL 1 DAY, INTERVAL '1' DAY, INTERVAL '1 day', INTERVAL (1 + 1) DAYS, INTERVAL '3 days 04:05:06.7', INTERVAL '-1' MONTH;
SELECT INTERVAL 1 YEAR, INTERVAL 2 QUARTER, INTERVAL 3 WEEKS, INTERVAL 4 DECADES, INTERVAL 5 HOURS, INTERVAL 6 MILLISECONDS, INTERVAL 7 MICROSECONDS, INTERVAL 8 CENTURIES, INTERVAL 9 MINUTES, INTERVAL (1.5) SECONDS, INTERVAL 1 MILLENNIUM;
SELECT INTERVAL (id) DAY, DATE '2024-01-31' + INTERVAL (dept) MONTH FROM people WHERE dept > 0 ORDER BY id;
SELECT INTERVAL '1 year 2 mons -3 days 4 hours', '2 weeks'::INTERVAL, TRY_CAST('P1Y2M' AS INTERVAL), INTERVAL '5' SECOND::VARCHAR;

-- others
SELECT TRUE, false, NULL, True AND FALSE, UUID '12345678-1234-1234-1234-123456789abc', 'b'::ENUM('a', 'b'), '0101'::BIT, JSON_NO FROM (SELECT 1 AS JSON_NO);
SELECT [1, 2], {'k': 'v'}, MAP {'k': 1}, ROW(1, 'a'), (1, 'b'), ARRAY[1, 2], ARRAY[[1], [2]], [NULL], [], {'nested': {'list': [1], 'x': NULL}};
SELECT INTEGER '5' + 1, VARCHAR 'v', DOUBLE '1.5', BOOLEAN 'true', DECIMAL(5, 2) '1.239', SMALLINT '7', BLOB 'ab';

-- comments
SELECT 1 -- to the end of the line
  + 2 AS three;
SELECT /* here */ 4 /* and /* nested */ there */ AS four;
SELECT 'a' -- 'b'
;
SELECT 1 AS a, -- first; still first
  2 AS b /* ; */;
select	1
	as	tabs;
sElEcT 1 aS MiXeD fRoM lonely wHeRe x > 0;
