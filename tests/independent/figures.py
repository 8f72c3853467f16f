"""Sets of ../shared/data as three plain tables, and every figure and class of domain.md §3-6 over them in SQL.
Shares no code with us: tables, windows, percentiles and classes are written down here a second time, from the law."""

# Rows without a number of their own are as many as they are; equal lines of one invoice are one line.
# o(customer, id, day, paid) orders · r(customer, day, amount) refunds that name no order · c(customer, country)
ONLINE_RETAIL = """
create table raw as select distinct InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  from read_csv('{path}', all_varchar = true) where CustomerID is not null and CustomerID <> '';
create table l as select regexp_replace(CustomerID, '\\.0$', '') customer, InvoiceNo id, cast(substr(InvoiceDate, 1, 10) as date) as day,
  cast(Quantity as bigint) q, round(cast(Quantity as decimal(18,4)) * cast(UnitPrice as decimal(18,4)) * 100)::bigint cents, Country country from raw;
create table c as select customer, any_value(country) country from l group by 1;
create table o as select customer, id, min(day) as day, sum(cents)::bigint paid from l where not starts_with(id, 'C') and q > 0 group by all;
create table r as select customer, day, (-cents)::bigint amount from l where starts_with(id, 'C') or q < 0;
"""
CDNOW = """
create table raw as select master_id, date, number_of_cds, dollar_value from read_csv('{path}', all_varchar = true);
create table o as select master_id customer, row_number() over () id, strptime(date, '%Y%m%d')::date as day, round(cast(dollar_value as decimal(18,4)) * 100)::bigint paid from raw;
create table c as select distinct customer, null::varchar country from o;
create table r (customer varchar, day date, amount bigint);
"""
# Baskets without a price: nobody paid anything, so no order is valid and nobody is a buyer.
GROCERIES_MEMBERS = """
create table o as select distinct Member_number customer, Member_number || '/' || Date id, strptime(Date, '%d-%m-%Y')::date as day, 0::bigint paid
  from read_csv('{path}', all_varchar = true);
create table c as select distinct customer, null::varchar country from o;
create table r (customer varchar, day date, amount bigint);
"""
# name, file, SQL, days: the last one with facts first, then days looked back at
SETS = [
    ("online_retail", ("online_retail", "online_retail_2010-12.csv"), ONLINE_RETAIL, ("2010-12-31", "2010-12-10")),
    ("cdnow", ("cdnow", "CDNOW_sample.csv"), CDNOW, ("1998-06-30", "1997-12-31", "1997-02-28")),
    ("groceries_members", ("groceries_members", "Groceries_dataset.csv"), GROCERIES_MEMBERS, ("2015-12-30",)),
]

# As of {as_of}: n(customer, …) one row for everybody who is there, s(customer, …) scores of the buyers.
# A window of 12 months starts the day after the same day a year before. p90 is the ⌈0.9·n⌉-th smallest.
FIGURES = """
create table p as select date '{as_of}' d, (date '{as_of}' - interval 12 month)::date y;
create table a as select o.* from o, p where day <= d;
create table b as select r.*, day > y recent from r, p where day <= d;
create table v as select a.*, day > y recent from a, p where paid > 0;
create table ob as select customer, count(*) orders, sum(paid)::bigint paid, min(day) first_day, max(day) last_day, count(*) filter (recent) orders_12m,
  coalesce(sum(paid) filter (recent), 0)::bigint paid_12m from v group by 1;
create table rb as select customer, count(*) refunds, sum(amount)::bigint back, count(*) filter (recent) refunds_12m, coalesce(sum(amount) filter (recent), 0)::bigint back_12m from b group by 1;
create table g as select customer, list(gap order by day) gaps from
  (select customer, day, day - lag(day) over (partition by customer order by day) gap from (select distinct customer, day from v)) where gap is not null group by 1;
create table h as select customer, len(gaps) gap_count, list_aggregate(gaps, 'sum') / len(gaps) gap_mean, list_sort(gaps)[(9 * len(gaps) + 9) // 10] gap_p90,
  list_sort(gaps[:-2])[(9 * (len(gaps) - 1) + 9) // 10] gap_p90_before, gaps[-1] last_gap from g;
create table peers as select list_sort(list(gap_mean))[(9 * count(*) + 9) // 10] p90 from h;
create table m as select c.customer, c.country, coalesce(orders, 0) orders, coalesce(orders_12m, 0) orders_12m, paid order_net, coalesce(paid_12m, 0) paid_12m, first_day, last_day,
  (d - last_day) recency, (d - first_day) tenure, coalesce((select sum(paid) from a where a.customer = c.customer), 0)::bigint gross,
  coalesce(refunds, 0) refunds, coalesce(refunds_12m, 0) refunds_12m, coalesce(back, 0)::bigint back,
  (coalesce(paid, 0) - coalesce(back, 0))::bigint net, (coalesce(paid_12m, 0) - coalesce(back_12m, 0))::bigint net_12m,
  coalesce(gap_count, 0) gap_count, gap_mean, gap_p90, case when gap_count > 1 then gap_p90_before end gap_p90_before, last_gap
  from c cross join p left join ob using (customer) left join rb using (customer) left join h using (customer)
  where c.customer in (select customer from a union select customer from b);
create table n as select m.*,
  greatest(30, coalesce(round_even((gap_count * gap_p90 + 2 * peers.p90) / (gap_count + 2), 0), round_even(peers.p90, 0), 90)) threshold,
  greatest(30, coalesce(round_even(((gap_count - 1) * gap_p90_before + 2 * peers.p90) / (gap_count + 1), 0), round_even(peers.p90, 0), 90)) threshold_before,
  round_even(order_net / orders, 0) average, round_even(paid_12m / nullif(orders_12m, 0), 0) average_12m from m, peers;
create table buyers as select *, round_even(average * (orders * 365 / greatest(365, tenure + 1)) * 3, 0) clv from n where orders > 0;
create table s as select a.customer,
  1 + (5 * (select count(*) from buyers w where w.recency > a.recency)) // (select count(*) from buyers) r,
  1 + (5 * (select count(*) from buyers w where w.orders < a.orders)) // (select count(*) from buyers) f,
  1 + (5 * (select count(*) from buyers w where w.net < a.net)) // (select count(*) from buyers) m,
  a.recency * (select count(*) from buyers) <= (select sum(recency) from buyers) hr,
  a.orders * (select count(*) from buyers) >= (select sum(orders) from buyers) hf,
  a.net::hugeint * (select count(*) from buyers) >= (select sum(net) from buyers) hm,
  5 * (select count(*) from buyers w where w.clv > a.clv) < (select count(*) from buyers) top_20, 5 * (select count(*) from buyers w where w.clv > a.clv) < 3 * (select count(*) from buyers) top_60, clv
  from buyers a;
create table mean as select count(*) buying, sum(net_12m) bought from n where orders_12m > 0;
"""

# One row a customer: figures first, then the classes of domain.md §4 and §6 by the key of their column.
CLASSES = """
with stage as (select customer, case
    when orders = 0 then 'prospect' when tenure < 30 then 'new' when recency > threshold * 3 then 'lost' when recency > threshold then 'dormant'
    when recency > threshold * 2 / 3 then 'at_risk' when last_gap > threshold_before then 'reactivated' else 'active' end lifecycle from n)
select n.customer customer_id, orders, gross, net, first_day first_order_day, last_day last_order_day, recency recency_days, average average_order_net,
  coalesce(r, 0) rfm_r, coalesce(f, 0) rfm_f, coalesce(m, 0) rfm_m, orders_12m, net_12m, tenure tenure_days, refunds, refunds_12m, back refunded,
  gap_count, gap_p90 gap_p90_days, threshold dormancy_threshold_days, clv clv_simple, (last_day - first_day) btyd_recency, gap_count btyd_frequency, tenure btyd_age,
  case when orders = 0 then 'no_purchase' else case when hm then 'important' else 'general' end || '_' ||
    case when hr and hf then 'value' when hr then 'development' when hf then 'retention' else 'win_back' end end rfm_8,
  case when orders = 0 then 'no_purchase'
    when r >= 4 then case when f + m >= 8 then 'champions' when f + m = 7 then 'loyal' when f + m >= 4 then 'potential_loyalist' when r = 5 then 'new' else 'promising' end
    when r = 3 then case when f + m >= 7 then 'loyal' when f + m >= 5 then 'needs_attention' else 'about_to_sleep' end
    when r = 2 then case when f + m >= 6 then 'at_risk' else 'hibernating' end
    else case when f + m >= 8 then 'cannot_lose' when f + m >= 6 then 'at_risk' when f + m >= 4 then 'hibernating' else 'lost' end end rfm_11,
  lifecycle,
  case when orders_12m >= 2 and net_12m * buying >= 3 * bought then 'vip' when orders > 0 and tenure < 30 then 'new' when orders > 0 then 'regular' else 'no_purchase' end standing,
  case when orders_12m >= 6 then 'high' when orders_12m >= 2 then 'middle' when orders_12m = 1 then 'low' else 'none' end purchase_frequency,
  case when orders_12m = 0 then 'none' when net_12m * buying >= 2 * bought then 'high' when 2 * net_12m * buying >= bought then 'middle' else 'low' end purchase_amount,
  case when orders_12m > 10 and average_12m > 100000 then 'high_value' when orders_12m > 5 and average_12m > 50000 then 'loyal' else 'potential' end purchase_behaviour,
  case when orders = 0 then case when lifecycle in ('dormant', 'lost') then 'churned' else 'no_purchase' end when lifecycle in ('dormant', 'lost') then 'churned' when m = 5 then 'high_value'
    when orders = 1 then 'one_time' else 'potential' end value_potential,
  case when orders = 0 then 'no_purchase' when top_20 then 'high' when top_60 then 'middle' else 'low' end clv_band,
  case when refunds_12m >= 3 or (gross > 0 and back >= 0.3 * gross and refunds >= 2) then 'frequent' when refunds > 0 then 'occasional' when orders > 0 then 'never' else 'no_purchase' end "returns",
  case when orders = 0 then 'no_purchase' when tenure >= 180 and recency <= threshold and orders >= 5 then 'loyal' when orders >= 2 then 'potentially_loyal' else 'not_loyal' end loyalty,
  case when orders >= 3 then 'established' when orders = 2 then 'two_orders' when orders = 1 then 'one_order' when country is not null then 'profile_only' else 'nothing_known' end cold_start
from n left join s using (customer) join stage using (customer), mean
"""

COHORTS = """with f as (select customer, date_trunc('month', min(day)) as first from v group by 1)
  select strftime(first, '%Y-%m'), date_diff('month', first, date_trunc('month', day)), count(distinct customer) from v join f using (customer) group by 1, 2"""
