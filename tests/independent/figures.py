"""Every figure and class of domain.md §3-6 and docs/reference in SQL, over the plain tables of `plain.py`.
Shares no code with us: windows, percentiles, ranks and classes are written down here a second time, from the law."""

# As of {as_of}: n(customer, …) one row for everybody who is there, s(customer, …) scores of the buyers.
# A window of 12 months starts the day after the same day a year before. p90 is the ⌈0.9·n⌉-th smallest.
# How many are strictly worse is `rank() - 1`.
FIGURES = """
create table p as select date '{as_of}' d, (date '{as_of}' - interval 12 month)::date y;
create table lr as select customer, id, sum(amount) amount from r, p where id is not null and r.day <= d group by all;
create table x as select o.*, paid - coalesce(lr.amount, 0)::bigint net, o.day > y recent from o cross join p left join lr using (customer, id) where o.day <= d and not coalesce(cancelled, false);
create table v as select * from x where net > 0;
create table b as select r.*, day > y recent, id is not null linked from r, p where day <= d;
create table ob as select customer, count(*) orders, sum(net)::bigint order_net, min(day) first_day, max(day) last_day, count(*) filter (recent) orders_12m,
  coalesce(sum(net) filter (recent), 0)::bigint order_net_12m, count(*) filter (coupon <> '') coupons from v group by 1;
create table xb as select customer, sum(paid) gross from x group by 1;
create table rb as select customer, count(*) refunds, sum(amount)::bigint back, coalesce(sum(amount) filter (not linked), 0)::bigint loose, count(*) filter (recent) refunds_12m,
  coalesce(sum(amount) filter (recent and not linked), 0)::bigint loose_12m from b group by 1;
create table g as select customer, list(gap order by day) gaps from
  (select customer, day, day - lag(day) over (partition by customer order by day) gap from (select distinct customer, day from v)) where gap is not null group by 1;
create table h as select customer, len(gaps) gap_count, list_aggregate(gaps, 'sum') / len(gaps) gap_mean, list_sort(gaps)[(9 * len(gaps) + 9) // 10] gap_p90,
  list_sort(gaps[:-2])[(9 * (len(gaps) - 1) + 9) // 10] gap_p90_before, gaps[-1] last_gap from g;
create table peers as select list_sort(list(gap_mean))[(9 * count(*) + 9) // 10] p90 from h;
create table lb as select l.customer, count(distinct category) categories from l join v using (customer, id) group by 1;
create table top as select customer, arg_max(category, (n, money)) category from
  (select l.customer, category, count(*) n, sum(l.amount) money from l join v using (customer, id) where category is not null group by all) group by 1;
create table tb as select customer, count(*) interactions, count(*) filter (day > d - 30) interactions_30d, count(*) filter (day > d - 90) interactions_90d,
  count(*) filter (day > d - 30 and kind in ('visit', 'store_visit', 'view', 'browse', '访问', '浏览', '到店')) visits_30d,
  count(*) filter (day > d - 90 and kind in ('inquiry', 'quote', 'demo', 'trial', 'add_to_cart', 'cart', 'favorite', 'sample', '询价', '报价', '演示', '试用', '加购', '收藏', '样品', '咨询')) signals_90d,
  count(*) filter (kind in ('referral', 'refer', '推荐', '转介绍', '邀请')) referrals from t, p where day <= d group by 1;
create table qb as select customer, count(*) answers, arg_max(score, (moment, row)) filter (kind = 'csat') last_csat, arg_max(score, (moment, row)) filter (kind = 'nps') last_nps
  from q, p where moment::date <= d group by 1;
create table m as select c.*, d as_of, coalesce(orders, 0) orders, coalesce(orders_12m, 0) orders_12m, order_net, coalesce(order_net_12m, 0) order_net_12m, first_day, last_day,
  (d - last_day) recency, (d - first_day) tenure, coalesce(gross, 0)::bigint gross, coalesce(coupons, 0) / orders coupon_share,
  coalesce(refunds, 0) refunds, coalesce(refunds_12m, 0) refunds_12m, coalesce(back, 0)::bigint back,
  (coalesce(order_net, 0) - coalesce(loose, 0))::bigint net, (coalesce(order_net_12m, 0) - coalesce(loose_12m, 0))::bigint net_12m,
  coalesce(gap_count, 0) gap_count, gap_mean, gap_p90, case when gap_count > 1 then gap_p90_before end gap_p90_before, last_gap, coalesce(categories, 0) categories, top.category,
  coalesce(interactions, 0) interactions, coalesce(interactions_30d, 0) interactions_30d, coalesce(interactions_90d, 0) interactions_90d, coalesce(visits_30d, 0) visits_30d,
  coalesce(signals_90d, 0) signals_90d, coalesce(referrals, 0) referrals, coalesce(answers, 0) answers, last_csat, last_nps,
  case when birthday is not null then year(d) - year(birthday) - (month(d) * 100 + day(d) < month(birthday) * 100 +
      least(day(birthday), day(last_day(make_date(year(d), month(birthday), 1)))))::int when birth_year is not null then year(d) - birth_year else stated_age end lived
  from c cross join p left join xb using (customer) left join ob using (customer) left join rb using (customer) left join h using (customer) left join lb using (customer) left join top using (customer)
  left join tb using (customer) left join qb using (customer) where since is null or since <= d;
create table n as select m.*, case when lived between 0 and 130 then lived end age,
  greatest(30, coalesce(round_even((gap_count * gap_p90 + 2 * peers.p90) / (gap_count + 2), 0), round_even(peers.p90, 0), 90)) threshold,
  greatest(30, coalesce(round_even(((gap_count - 1) * gap_p90_before + 2 * peers.p90) / (gap_count + 1), 0), round_even(peers.p90, 0), 90)) threshold_before,
  round_even(order_net / nullif(orders, 0), 0) average, round_even(order_net_12m / nullif(orders_12m, 0), 0) average_12m from m, peers;
create table buyers as select *, round_even(average * (orders * 365 / greatest(365, tenure + 1)) * 3 - coalesce(cac, 0), 0) clv from n where orders > 0;
create table size as select count(*) n, sum(recency) recency, sum(orders) orders, sum(net)::hugeint net from buyers;
create table s as select customer,
  1 + (5 * (rank() over (order by b.recency desc) - 1)) // n r, 1 + (5 * (rank() over (order by b.orders) - 1)) // n f, 1 + (5 * (rank() over (order by b.net) - 1)) // n m,
  1 + (b.recency <= 365)::int + (b.recency <= 180)::int + (b.recency <= 90)::int + (b.recency <= 30)::int r_bins,
  1 + (b.orders >= 2)::int + (b.orders >= 3)::int + (b.orders >= 5)::int + (b.orders >= 10)::int f_bins,
  1 + (b.net >= 10000)::int + (b.net >= 50000)::int + (b.net >= 100000)::int + (b.net >= 500000)::int m_bins,
  b.recency * n <= size.recency hr, b.orders * n >= size.orders hf, b.net::hugeint * n >= size.net hm,
  5 * (rank() over (order by clv desc) - 1) < n top_20, 5 * (rank() over (order by clv desc) - 1) < 3 * n top_60, clv from buyers b, size;
create table earners as select customer, 4 * (rank() over (order by income desc) - 1) < count(*) over () top_25, 4 * (rank() over (order by income) - 1) < count(*) over () bottom_25
  from n where income is not null;
create table mean as select count(*) buying, sum(net_12m) bought from n where orders_12m > 0;
create macro known(x) as x is not null and x <> '';
"""

# 11 classes from R and F + M: the table of docs/reference read row by row.
RFM_11 = """
create macro rfm_11(r, fm) as case
  when r >= 4 then case when fm >= 8 then 'champions' when fm = 7 then 'loyal' when fm >= 4 then 'potential_loyalist' when r = 5 then 'new' else 'promising' end
  when r = 3 then case when fm >= 7 then 'loyal' when fm >= 5 then 'needs_attention' else 'about_to_sleep' end
  when r = 2 then case when fm >= 6 then 'at_risk' else 'hibernating' end
  else case when fm >= 8 then 'cannot_lose' when fm >= 6 then 'at_risk' when fm >= 4 then 'hibernating' else 'lost' end end;
"""

# Texts a classification makes classes of, the largest ones; k(customer, key, class).
VALUES = [
    ("product_preference", "category", 20), ("by_lifestyle", "lifestyle", 20), ("by_interests", "interests", 20), ("by_occupation", "occupation", 20),
    ("by_country", "country", 50), ("by_city", "city", 50), ("by_industry", "industry", 20),
]
LARGEST = """
create or replace table k as with sizes as (select {column} as value, count(*) size from n where known({column}) group by 1)
  select customer, {column} as value, size, (select count(*) from sizes w where w.size > sizes.size) larger, (select count(*) from sizes w where w.size >= sizes.size) not_smaller
  from n left join sizes on {column} = value;
"""

# One row a customer: figures first, then the classes of domain.md §4 and §6 by the key of their column.
CLASSES = """
with stage as (select customer, case
    when orders = 0 then 'prospect' when tenure < 30 then 'new' when recency > threshold * 3 then 'lost' when recency > threshold then 'dormant'
    when recency > threshold * 2 / 3 then 'at_risk' when last_gap > threshold_before then 'reactivated' else 'active' end lifecycle from n)
select n.customer customer_id, orders, gross, net, first_day first_order_day, last_day last_order_day, recency recency_days, average average_order_net, average_12m average_order_net_12m,
  coalesce(r, 0) rfm_r, coalesce(f, 0) rfm_f, coalesce(m, 0) rfm_m, coalesce(r_bins, 0) rfm_r_bins, coalesce(f_bins, 0) rfm_f_bins, coalesce(m_bins, 0) rfm_m_bins,
  orders_12m, net_12m, tenure tenure_days, refunds, refunds_12m, back refunded, gap_count, gap_p90 gap_p90_days, threshold dormancy_threshold_days, threshold_before dormancy_threshold_before_days, clv clv_simple,
  (last_day - first_day) btyd_recency, gap_count btyd_frequency, tenure btyd_age, age, interactions, interactions_30d, interactions_90d, visits_30d, signals_90d intent_actions_90d,
  referrals, answers, last_csat, last_nps, categories, income,
  case when interactions_30d >= 4 then 'active' when interactions_90d >= 1 then 'occasional' else 'silent' end interaction_frequency,
  case when orders_12m >= 6 then 'high' when orders_12m >= 2 then 'middle' when orders_12m = 1 then 'low' else 'none' end purchase_frequency,
  case when orders_12m = 0 then 'none' when net_12m * buying >= 2 * bought then 'high' when 2 * net_12m * buying >= bought then 'middle' else 'low' end purchase_amount,
  case when orders_12m > 10 and average_12m > 100000 then 'high_value' when orders_12m > 5 and average_12m > 50000 then 'loyal' else 'potential' end purchase_behaviour,
  case when refunds_12m >= 3 or (gross > 0 and 10 * back >= 3 * gross and refunds >= 2) then 'frequent' when refunds > 0 then 'occasional' when orders > 0 then 'never' else 'no_purchase' end "returns",
  case when regexp_matches(held, '环保|绿色|低碳|environment|sustainab|green', 'i') then 'environment_minded' when regexp_matches(held, '品质|质量|quality', 'i') then 'quality_minded'
    when regexp_matches(held, '价格|性价比|实惠|price|value for money', 'i') then 'price_minded' when held is null and orders >= 2 and coupon_share >= 0.5 then 'price_minded'
    when held is not null then 'other_values' else 'unknown' end values_orientation,
  case when last_csat > 4 then 'satisfied' when last_csat is not null then 'dissatisfied' else 'unknown' end satisfaction,
  case when last_nps >= 9 then 'promoter' when last_nps >= 7 then 'passive' when last_nps is not null then 'detractor' else 'unknown' end nps_group,
  case when orders = 0 and referrals = 0 then 'no_purchase'
    when tenure >= 180 and recency <= threshold and (orders >= 5 or (orders >= 3 and (referrals >= 1 or categories >= 3))) then 'loyal'
    when orders >= 2 or referrals >= 1 then 'potentially_loyal' else 'not_loyal' end loyalty,
  case when age is null then 'unknown' when age < 30 then 'young' when age < 60 then 'middle' else 'elderly' end age_group,
  case when age is null then 'unknown' when age < 18 then 'under_18' when age < 25 then '18_24' when age < 35 then '25_34' when age < 45 then '35_44' when age < 55 then '45_54'
    when age < 65 then '55_64' else '65_plus' end by_age_band,
  case when gender is null then 'unknown' when gender in ('male', 'female', 'other') then gender else 'other_values' end by_gender,
  case when income is null then 'unknown' when top_25 then 'high' when bottom_25 then 'low' else 'middle' end by_income,
  case when education is null then 'unknown' when education in ('primary', 'middle_school', 'high_school', 'college', 'bachelor', 'master', 'doctor') then education else 'other_values' end by_education,
  case when marital is null then 'unknown' when marital in ('single', 'married', 'partnered', 'divorced', 'widowed') then marital else 'other_values' end by_marital_status,
  coalesce((select region from provinces z where z.name = n.province), 'unknown') by_region, coalesce((select side from provinces z where z.name = n.province), 'unknown') by_north_south,
  coalesce((select tier from cities z where z.name = n.city), 'unknown') by_city_tier,
  lifecycle,
  case when orders = 0 then 'no_purchase' else case when hm then 'important' else 'general' end || '_' ||
    case when hr and hf then 'value' when hr then 'development' when hf then 'retention' else 'win_back' end end rfm_8,
  case when orders = 0 then 'no_purchase' else rfm_11(r, f + m) end rfm_11,
  case when orders = 0 then 'no_purchase' else rfm_11(r_bins, f_bins + m_bins) end rfm_11_bins,
  case when orders = 0 then 'no_purchase' when top_20 then 'high' when top_60 then 'middle' else 'low' end clv_band,
  case when orders_12m >= 2 and net_12m * buying >= 3 * bought then 'vip' when orders > 0 and tenure < 30 then 'new' when orders > 0 then 'regular' else 'no_purchase' end standing,
  case when orders = 0 then 'no_purchase' when lifecycle in ('dormant', 'lost') then 'churned' when m = 5 then 'high_value'
    when orders = 1 then 'one_time' else 'potential' end value_potential,
  case when kind is distinct from 'organisation' then 'not_organisation' when employees is null then 'unknown' when employees < 10 then 'micro' when employees < 50 then 'small'
    when employees < 250 then 'medium' else 'large' end by_company_size,
  case when kind is distinct from 'organisation' then 'not_organisation' when orders_12m >= 12 then 'regular' when orders_12m >= 4 then 'periodic' when orders_12m >= 1 then 'occasional' else 'none' end b2b_frequency,
  case when intent in ('high', 'High', 'strong', 'hot', 'A', '高', '强') or signals_90d >= 3 or (signals_90d >= 1 and visits_30d >= 3) then 'strong'
    when intent in ('medium', 'Medium', 'warm', 'B', '中') or signals_90d >= 1 or visits_30d >= 3 then 'medium' when intent is not null or interactions_90d >= 1 then 'weak' else 'none' end purchase_intent,
  case when kind is distinct from 'organisation' then 'not_organisation' when grade = 'A' or (orders_12m >= 1 and net_12m * buying >= 3 * bought) then 'key'
    when orders_12m >= 1 and net_12m * buying >= bought then 'important' else 'ordinary' end key_account,
  case when orders >= 3 then 'established' when orders = 2 then 'two_orders' when orders = 1 then 'one_order' when interactions > 0 or answers > 0 then 'interaction_only'
    when known(gender) or age is not null or known(city) or known(country) or known(industry) or known(occupation) or signup is not null or known(channel) then 'profile_only' else 'nothing_known' end cold_start
from n left join s using (customer) left join earners using (customer) join stage using (customer), mean order by customer_id
"""

COHORTS = """with f as (select customer, date_trunc('month', min(day)) as first from v group by 1)
  select strftime(first, '%Y-%m'), date_diff('month', first, date_trunc('month', day)), count(distinct customer) from v join f using (customer) group by 1, 2"""

# The least sum of squared distances of `values` to the centres of five runs, by dynamic programming over their different values:
# d0 … d4 are the best costs of the first j values in one to five runs (docs: "one-dimensional k-means (k = 5, exact)").
KMEANS = """
create or replace temp table u as select value, n, row_number() over (order by value) i from (select {column}::double as value, count(*) n from buyers group by 1);
create or replace temp table a as select i, sum(n) over (order by i)::double n, sum(n * value) over (order by i) s, sum(n * value * value) over (order by i) q from u union all select 0, 0, 0, 0;
create or replace temp table runs as select lo.i as lo, hi.i as hi, greatest(0, (hi.q - lo.q) - (hi.s - lo.s) * (hi.s - lo.s) / (hi.n - lo.n)) as spread from a lo, a hi where hi.i > lo.i;
create or replace temp table d0 as select hi as j, spread as best from runs where lo = 0;
""" + "".join(f"create or replace temp table d{k} as select hi as j, min(best + spread) as best from runs join d{k - 1} on j = lo group by hi;\n" for k in range(1, 5)) + """
create or replace temp table clusters as select {score} score, min({column}) low, max({column}) high, var_pop({column}::double) * count(*) as spread from buyers join got using (customer) group by 1;
"""
