-- lists
SELECT [], [1, 2], ['a', NULL], [[1], []], [1, 2.5], list_value(1, 2), array_value(1, 2), list_pack(3);
SELECT [1, 2, 3][1], [1, 2, 3][-1], [1, 2, 3][0], [1, 2, 3][9], [1, 2, 3][2:3], [1, 2, 3][:2], [1, 2, 3][2:], [1, 2, 3][:], [1, 2, 3][-2:];
SELECT [1, 2, 3, 4, 5][1:5:2], [1, 2, 3, 4, 5][5:1:-2], [1, 2, 3][:-:-1], list_slice([1, 2, 3], 1, 2), [[1, 2], [3]][1][2];
SELECT id, nums[1], nums[-1], nums[2:], grid[1][1], words[1][1] FROM nested ORDER BY id;
SELECT id, len(nums), array_length(grid), cardinality(m), length(words) FROM nested ORDER BY id;
SELECT id, list_sort(nums), list_sort(nums, 'DESC', 'NULLS FIRST'), list_reverse_sort(nums), list_reverse(words) FROM nested ORDER BY id;
SELECT id, list_contains(nums, 7), list_position(nums, 2), list_has(words, 'b'), list_indexof(words, 'zz') FROM nested ORDER BY id;
SELECT id, list_sort(list_distinct(nums)), list_unique(nums), list_concat(nums, [0]), nums || [9], list_append(nums, 4), list_prepend(0, nums) FROM nested ORDER BY id;
SELECT id, list_sum(nums), list_avg(nums), list_min(nums), list_max(words), list_count(nums), list_product(nums), list_median(nums) FROM nested ORDER BY id;
SELECT id, list_aggregate(nums, 'max'), list_aggregate(words, 'string_agg', '/'), list_first(nums), list_last(nums), list_any_value(nums) FROM nested ORDER BY id;
SELECT list_stddev_pop([1, 2, 3]), list_var_samp([1, 2, 3]), list_mode([1, 2, 2]), list_histogram([1, 1, 2]), list_entropy([1, 2]), list_bool_and([true, false]), list_bit_or([1, 2]), list_approx_count_distinct([1, 1, 2]);
SELECT list_has_any([1, 2], [2, 3]), list_has_all([1, 2, 3], [1, 3]), [1, 2] && [2], [1, 2] @> [1], [1] <@ [1, 2], list_sort(list_intersect([1, 2, 3], [2, 3, 4]));
SELECT list_zip([1, 2], ['a', 'b']), list_zip([1, 2], ['a'], true), list_resize([1], 3, 0), list_resize([1, 2, 3], 2), list_grade_up([3, 1, 2]), list_select([10, 20, 30], [3, 1]), list_where([1, 2, 3], [true, false, true]);
SELECT flatten([[1, 2], [], NULL, [3]]), array_to_string([1, 2, NULL], '-'), array_pop_back([1, 2]), array_pop_front([1, 2]), array_push_back([1], 2), range(3), range(1, 10, 4), generate_series(1, 3);
SELECT list_distance([1.0, 2.0], [4.0, 6.0]), list_inner_product([1, 2], [3, 4]), list_cosine_similarity([1.0, 0.0], [1.0, 0.0]), list_dot_product([1, 2], [3, 4]);
SELECT [1, 2] = [1, 2], [1, 2] < [1, 3], [1, NULL] = [1, NULL], [1] < [1, 0], [] < [NULL], [NULL] IS DISTINCT FROM [NULL];
SELECT array_value(1, 2, 3)::INTEGER[3] AS a, ([1, 2]::INTEGER[2])[1] AS b, array_cross_product([1.0, 0, 0]::DOUBLE[3], [0, 1.0, 0]::DOUBLE[3]) AS c, array_distance([1.0, 2]::FLOAT[2], [1.0, 4]::FLOAT[2]) AS d;
SELECT a, count(*) FROM (SELECT [id % 2, 1]::INTEGER[2] AS a FROM people WHERE id > 0) GROUP BY a ORDER BY a;
SELECT 'b' IN words AS x, id FROM nested ORDER BY id;
SELECT list_element([1, 2], 2), array_extract(['a', 'b'], 1), array_extract('abc', 2), list_extract([1], 5), 'hello'[2], 'hello'[2:3], 'hello'[-1];
SELECT x, l FROM (SELECT 1 AS x, [1, 2] AS l) WHERE l[1] = x;
SELECT list([id, dept] ORDER BY id) AS l FROM people WHERE id < 4;
SELECT id FROM nested WHERE nums[1] = 7 OR words[1] IS NULL ORDER BY id;
SELECT nums[1] AS k, count(*) FROM nested GROUP BY nums[1] ORDER BY k;

-- structs
SELECT {'a': 1, 'b': 'x'} AS s, struct_pack(a := 1, b := 'y') AS t, row(1, 'z') AS r, (1, 2) AS u, {a: 1} AS v, {'q r': 1}."q r" AS w;
SELECT id, pt.x, pt['y'], struct_extract(pt, 'x'), (pt).y, nested.pt.x, pts[1].x FROM nested ORDER BY id;
SELECT id, pt.* FROM nested ORDER BY id;
SELECT id, UNNEST(pt) FROM nested WHERE id < 3 ORDER BY id;
SELECT s.a.b.c FROM (SELECT {'a': {'b': {'c': 5}}} AS s);
SELECT struct_insert({'a': 1}, b := 2), struct_update({'a': 1, 'b': 2}, a := 9), struct_concat({'a': 1}, {'b': 2}), struct_contains((1, 2), 2), struct_position((3, 4), 4);
SELECT {'a': 1} = {'a': 1}, {'a': 1, 'b': 2} < {'a': 1, 'b': 3}, {'a': NULL} IS NOT DISTINCT FROM {'a': NULL}, {'a': NULL} = {'a': NULL}, (1, 'x') > (1, 'w');
SELECT row(1, 2)[1], struct_extract_at({'a': 7, 'b': 8}, 2), (5, 6)[2];
SELECT id, {'id': id, 'pt': pt} AS s FROM nested ORDER BY id;
SELECT pt.x AS x, count(*), max(pt) FROM nested GROUP BY pt.x ORDER BY x;
SELECT id, CASE WHEN pt.x > 0 THEN pt ELSE {'x': 0, 'y': 'no'} END AS p FROM nested ORDER BY id;
SELECT nested FROM nested WHERE id = 1;
SELECT n.pt FROM nested n WHERE n.pt.y = 'one' ORDER BY n.id;
SELECT n FROM (SELECT id, pt FROM nested) n ORDER BY n;
SELECT id, pt IS NULL, pt.x IS NULL, pts IS NULL FROM nested ORDER BY id;
SELECT id, pts[2].y, list_transform(pts, p -> p.x), pts[1] FROM nested ORDER BY id;
SELECT max(pt.x), min(pt.y), count(pt) FROM nested;

-- maps
SELECT MAP {'a': 1, 'b': 2} AS m, map(['x', 'y'], [1, 2]) AS n, MAP {} AS e, MAP {1: NULL} AS o, map() AS p, map_from_entries([('k', 5)]) AS f;
SELECT id, m['a'], m['zz'], map_extract(m, 'b'), element_at(m, 'b'), map_extract_value(m, 'a') FROM nested ORDER BY id;
SELECT id, map_keys(m), map_values(m), map_entries(m), cardinality(m), map_contains(m, 'z') FROM nested ORDER BY id;
SELECT map_concat(MAP {'a': 1}, MAP {'a': 2, 'b': 3}), map_contains_value(MAP {'a': 1}, 1), map_contains_entry(MAP {'a': 1}, 'a', 2);
SELECT MAP {'a': 1} = MAP {'a': 1}, MAP {'a': 1, 'b': 2} = MAP {'b': 2, 'a': 1}, MAP {'a': [1, 2]}['a'][2], MAP {'a': {'b': 3}}['a'].b;
SELECT map(list(title ORDER BY id), list(floor ORDER BY id)) AS m FROM depts WHERE id IS NOT NULL;
SELECT id FROM nested WHERE m['a'] = 1 ORDER BY id;
SELECT m['b'] AS k, count(*) FROM nested GROUP BY k ORDER BY k;
SELECT histogram(dept)[20] AS twenty FROM people;

-- unions, enums
SELECT union_value(a := 1) AS u, union_tag(union_value(b := 'x')) AS t, union_extract(union_value(c := 2), 'c') AS e, union_value(k := 5).k AS d;
SELECT 1::UNION(i INTEGER, s VARCHAR) AS u, 'x'::UNION(i INTEGER, s VARCHAR) AS v;
SELECT enum_range(NULL::ENUM('a', 'b')), enum_first(NULL::ENUM('x', 'y')), enum_last(NULL::ENUM('x', 'y')), enum_code('y'::ENUM('x', 'y')), enum_range_boundary('b'::ENUM('a', 'b', 'c'), NULL);
SELECT grade::ENUM('D', 'C', 'B', 'A') AS e, count(*) FROM people GROUP BY e ORDER BY e;
SELECT min(e), max(e) FROM (SELECT grade::ENUM('D', 'C', 'B', 'A') AS e FROM people);
SELECT p.id, q.id FROM (SELECT id, grade::ENUM('D', 'C', 'B', 'A') AS e FROM people) p JOIN (SELECT id, grade AS e FROM people) q ON p.e = q.e AND p.id < q.id ORDER BY ALL;
SELECT e FROM (SELECT grade::ENUM('D', 'C', 'B', 'A') AS e FROM people) WHERE e > 'C' ORDER BY e;
