"""Every set of ../shared/data that carries customers or orders, as plain tables; what its columns say is written down here by hand.

c customers · o orders · l lines · r refunds (id null: names no order) · t interactions · q answers. A customer that comes from dated
rows only is there `since` the first of them; null: always. Money in minor units."""

PLAIN = """
create table c (customer varchar, since date, kind varchar, gender varchar, birthday date, birth_year int, stated_age int, income bigint, occupation varchar, education varchar,
  marital varchar, country varchar, province varchar, city varchar, held varchar, lifestyle varchar, interests varchar, industry varchar, employees int, grade varchar, intent varchar,
  signup date, channel varchar, cac bigint);
create table o (customer varchar, id varchar, day date, paid bigint, coupon varchar, cancelled boolean default false);
create table l (customer varchar, id varchar, category varchar, amount bigint);
create table r (customer varchar, id varchar, day date, amount bigint);
create table t (customer varchar, day date, kind varchar);
create table q (customer varchar, moment timestamp, row bigint, kind varchar, score double);
create table provinces (name varchar, region varchar, side varchar);
create table cities (name varchar, province varchar, tier varchar);
"""

RAW = "create table raw as select *, row_number() over () as row_number from read_csv('{path}', all_varchar = true, header = true);\n"

# Rows without a number of their own are as many as they are; equal lines of one invoice are one line.
ONLINE_RETAIL = """
create table raw as select distinct InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  from read_csv('{path}', all_varchar = true) where CustomerID is not null and CustomerID <> '';
create table z as select regexp_replace(CustomerID, '\\.0$', '') customer, InvoiceNo id, cast(substr(InvoiceDate, 1, 10) as date) as day, InvoiceDate as moment,
  cast(Quantity as bigint) q, round(cast(Quantity as decimal(18,4)) * cast(UnitPrice as decimal(18,4)) * 100)::bigint cents, Country country from raw;
insert into c by name select customer, min(day) since, arg_max(country, moment) country from z group by 1;
insert into o by name select customer, id, min(day) as day, sum(cents)::bigint paid from z where not starts_with(id, 'C') and q > 0 group by customer, id;
insert into r by name select customer, day, (-cents)::bigint amount from z where starts_with(id, 'C') or q < 0;
"""
ORDERS_BY_ROW = """
insert into o by name select customer, row_number() over ()::varchar id, day, round(cast(dollars as decimal(18,4)) * 100)::bigint paid from raw;
insert into c by name select customer, min(day) since from o group by 1;
"""
CDNOW = """
create table raw as select master_id customer, strptime(date, '%Y%m%d')::date as day, dollar_value dollars from read_csv('{path}', all_varchar = true);
""" + ORDERS_BY_ROW
# the same rows as they were first handed out: five columns in blanks, without headings
CDNOW_TXT = """
create table raw as select w[1] customer, strptime(w[3], '%Y%m%d')::date as day, w[5] dollars from
  (select regexp_split_to_array(trim(line), ' +') w from read_csv('{path}', columns = {{'line': 'varchar'}}, header = false, delim = '\\t'));
""" + ORDERS_BY_ROW
# Baskets without a price: nobody paid anything, so no order is valid and nobody is a buyer.
GROCERIES_MEMBERS = """
insert into o by name select distinct Member_number customer, Member_number || '/' || Date id, strptime(Date, '%d-%m-%Y')::date as day, 0::bigint paid from read_csv('{path}', all_varchar = true);
insert into c by name select customer, min(day) since from o group by 1;
"""
# Summaries of customers: numbers about the past that are nobody's orders.
CDNOW_SUMMARY = RAW + "insert into c by name select ID customer from raw;\n"
MALL = RAW + """insert into c by name select CustomerID customer, lower(Genre) gender, Age::int stated_age, "Annual Income (k$)"::bigint * 1000 * 100 income from raw;\n"""
TELCO = RAW + "insert into c by name select customerID customer, lower(gender) gender from raw;\n"
PERSONALITY = RAW + """
insert into c by name select ID customer, Year_Birth::int birth_year, Income::bigint * 100 income, Dt_Customer::date signup, Dt_Customer::date since,
  case Education when 'Basic' then 'primary' when '2n Cycle' then 'college' when 'Graduation' then 'bachelor' when 'Master' then 'master' when 'PhD' then 'doctor' else Education end education,
  case Marital_Status when 'Single' then 'single' when 'Alone' then 'single' when 'Married' then 'married' when 'Together' then 'partnered' when 'Divorced' then 'divorced' when 'Widow' then 'widowed'
    else Marital_Status end marital from raw;
"""
# Rows without a number of their own: everyone is a customer called by the row.
BANK = RAW + """
insert into c by name select 'row-' || (row_number + 1) customer, age::int stated_age, case when job <> 'unknown' then job end occupation, case when marital <> 'unknown' then marital end marital,
  case education when 'basic.4y' then 'primary' when 'basic.6y' then 'primary' when 'basic.9y' then 'middle_school' when 'high.school' then 'high_school' when 'professional.course' then 'college'
    when 'university.degree' then 'bachelor' when 'unknown' then null else education end education from raw;
"""
FEBRL = """create table raw as select * from read_csv('{path}', all_varchar = true, header = true, normalize_names = true);
insert into c by name select trim(rec_id) customer, try_strptime(trim(date_of_birth), '%Y%m%d')::date birthday, nullif(trim(suburb), '') city, nullif(trim(state), '') province from raw;
"""
SPLINK = RAW + "insert into c by name select unique_id customer, try_cast(dob as date) birthday, nullif(trim(city), '') city from raw;\n"
# A row is a ticket: who it is from, when they were answered, and for closed ones how content they were when it was solved.
TICKETS = RAW + """
insert into c by name select "Customer Email" customer, min("First Response Time"::timestamp::date) since, lower(arg_max("Customer Gender", row_number)) gender,
  arg_max("Customer Age", row_number)::int stated_age from raw group by 1;
insert into t by name select "Customer Email" customer, "First Response Time"::timestamp::date as day, lower("Ticket Type") kind from raw;
insert into q by name select "Customer Email" customer, "Time to Resolution"::timestamp moment, row_number as row, 'csat' kind, "Customer Satisfaction Rating"::double score from raw where "Customer Satisfaction Rating" <> '';
"""

# name, file, flag, SQL, days: the last one with facts first, then days looked back at
SETS = [
    ("online_retail", ("online_retail", "online_retail_2010-12.csv"), "--orders", ONLINE_RETAIL, ("2010-12-31", "2010-12-10")),
    ("cdnow", ("cdnow", "CDNOW_sample.csv"), "--orders", CDNOW, ("1998-06-30", "1997-12-31", "1997-02-28", "1997-08-01")),
    ("cdnow_txt", ("cdnow", "CDNOW_sample.txt"), "--file", CDNOW_TXT, ("1998-06-30",)),
    ("groceries_members", ("groceries_members", "Groceries_dataset.csv"), "--orders", GROCERIES_MEMBERS, ("2015-12-30",)),
    ("cdnow_summary", ("cdnow", "cdnow_customers_summary.csv"), "--file", CDNOW_SUMMARY, ("1997-09-30",)),
    ("cdnow_summary_money", ("cdnow", "cdnow_customers_summary_with_transactions.csv"), "--file", CDNOW_SUMMARY, ("1997-09-30",)),
    ("mall_customers", ("mall_customers", "Mall_Customers.csv"), "--file", MALL, ("2014-12-31",)),
    ("telco_churn", ("telco_churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv"), "--file", TELCO, ("2014-12-31",)),
    ("customer_personality", ("customer_personality", "marketing_campaign.csv"), "--file", PERSONALITY, ("2014-12-31", "2013-06-30")),
    ("bank_additional", ("bank_additional", "bank-additional.csv"), "--file", BANK, ("2014-12-31",)),
    ("febrl1", ("febrl", "dataset1.csv"), "--file", FEBRL, ("1998-02-28",)),
    ("febrl3", ("febrl", "dataset3.csv"), "--file", FEBRL, ("1988-12-31",)),
    ("splink", ("splink_fake_1000", "fake_1000.csv"), "--file", SPLINK, ("2024-02-29", "2023-02-28")),
    ("support_tickets", ("support_tickets", "customer_support_tickets.csv"), "--file", TICKETS, ("2023-06-02", "2023-06-01", "2023-06-30", "2023-07-01", "2023-08-29", "2023-08-30")),
]
