//! Questions in SQL: figures equal to the API's own, walls that hold whatever is asked, and a server that goes on while it is bombed.

use crate::{
    app::{TestApp, Who, both},
    masking::{Details, ONE, OTHER, members},
};
use axum::http::Method;
use domain::access::{Personal, Role};
use serde_json::{Value, json};

async fn run(app: &TestApp, who: &Who, text: &str) -> crate::app::Answer {
    app.by(who, Method::POST, "/sql/run", Some(json!({ "text": text }))).await
}

/// The rows of an answer, as plain values.
async fn rows(app: &TestApp, who: &Who, text: &str) -> Vec<Vec<Value>> {
    let answer = run(app, who, text).await.expect(200);
    let cells = |r: &Value| r.as_array().expect("a row").iter().map(|c| c["value"].clone()).collect();
    answer["rows"].as_array().expect("rows").iter().map(cells).collect()
}

async fn one(app: &TestApp, who: &Who, text: &str) -> Value {
    let rows = rows(app, who, text).await;
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "{text}: {rows:?}");
    rows[0][0].clone()
}

#[tokio::test]
async fn figures_are_those_of_the_api() {
    for url in both().await {
        let mut app = TestApp::shop(url).await;
        let me = app.me();
        // a correction: the order is there once, with its new amount
        app.import(&[("订单2.csv", "订单号,会员号,下单时间,实付金额,渠道\nD0100,M001,2025-12-30 10:00:00,999.00,门店\n")]).await;
        app.import(&[("退款.csv", "退款单号,订单号,会员号,退款时间,退款金额\nR1,D0200,M002,2025-12-30 12:00:00,10.00\n")]).await;
        let overview = app.get("/overview").await.expect(200);
        let major = |minor: &Value| domain::money::decimal(minor.as_i64().expect("minor"), 2);
        assert_eq!(one(&app, &me, "SELECT count(*) FROM customers").await, overview["customers"]);
        assert_eq!(one(&app, &me, "SELECT count(*) FROM orders WHERE NOT cancelled").await, overview["orders"]);
        assert_eq!(one(&app, &me, "SELECT sum(paid) FROM orders WHERE NOT cancelled").await, json!(major(&overview["gross"])));
        assert_eq!(one(&app, &me, "SELECT paid FROM orders WHERE order_id = 'D0100'").await, json!("999.00"));
        assert_eq!(one(&app, &me, "SELECT sum(net) FROM features").await, json!(major(&overview["net"])));
        assert_eq!(one(&app, &me, "SELECT sum(amount) FROM refunds").await, json!("10.00"));
        assert_eq!(one(&app, &me, "SELECT count(DISTINCT customer) FROM orders WHERE NOT cancelled").await, overview["buyers"]);
        for c in overview["classifications"].as_array().expect("all") {
            let key = c["key"].as_str().expect("a key");
            let found = rows(&app, &me, &format!("SELECT \"{key}\", count(*) FROM classes GROUP BY 1")).await;
            for class in c["classes"].as_array().expect("classes").iter().filter(|c| c["customers"] != 0) {
                assert!(found.contains(&vec![class["key"].clone(), class["customers"].clone()]), "{key}: {class} in {found:?}");
            }
        }
        app.post("/segments", json!({ "key": "often", "label": { "zh": "常客", "en": "Often" }, "rule_text": "orders >= 4" })).await.expect(201);
        let often = app.get("/segments/often").await.expect(200)["size"].clone();
        assert_eq!(one(&app, &me, "SELECT count(*) FROM segments WHERE often").await, often);
        assert_eq!(one(&app, &me, "SELECT count(*) FROM features WHERE orders >= 4").await, often);
        // the tables are joined by the customer's number, and lead to the customer
        let best = rows(&app, &me, "SELECT c.id, c.external_id, f.net FROM customers c JOIN features f ON f.customer = c.customer ORDER BY f.net DESC LIMIT 1").await;
        let list = app.get("/customers?limit=1").await.expect(200)["items"][0].clone();
        assert_eq!((&best[0][0], &best[0][1]), (&list["id"], &list["external_id"]));
        // a past day knows nothing of later ones
        let then = app.by(&me, Method::POST, "/sql/run", Some(json!({ "text": "SELECT count(*) FROM orders WHERE NOT cancelled", "as_of": "2025-06-30" }))).await.expect(200);
        let past = app.get("/overview?as_of=2025-06-30").await.expect(200);
        assert_eq!((&then["rows"][0][0]["value"], &then["as_of"]), (&past["orders"], &json!("2025-06-30")));
    }
}

#[tokio::test]
async fn analysts_write_what_analysts_write() {
    let app = TestApp::shop(None).await;
    let me = app.me();
    for text in [
        "WITH m AS (SELECT customer, date_trunc('month', day) AS month, sum(paid) AS paid FROM orders WHERE NOT cancelled GROUP BY 1, 2) SELECT month, count(*), avg(paid), median(paid) FROM m GROUP BY month ORDER BY month",
        "SELECT customer, day, paid, row_number() OVER (PARTITION BY customer ORDER BY day) AS n, lag(day) OVER (PARTITION BY customer ORDER BY day) FROM orders",
        "SELECT CASE WHEN orders >= 6 THEN 'many' WHEN orders > 0 THEN 'some' ELSE 'none' END AS kind, count(*) FROM features GROUP BY 1 HAVING count(*) > 0 ORDER BY 2 DESC",
        "SELECT o.channel, round(avg(o.paid), 2), count(DISTINCT o.customer) FROM orders o JOIN classes c USING (customer) WHERE c.lifecycle <> 'lost' AND o.day BETWEEN date '2025-01-01' AND date '2025-12-31' GROUP BY o.channel",
        "SELECT extract(year FROM day) AS y, extract(month FROM day) AS m, sum(paid) FROM orders GROUP BY 1, 2 ORDER BY 1, 2;",
        "SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3",
        "SELECT customer FROM features WHERE net > (SELECT avg(net) FROM features) AND customer IN (SELECT customer FROM orders WHERE channel LIKE '小%')",
        "SELECT coalesce(city, '—') AS city, sum(net)::decimal(20,2) AS net FROM features GROUP BY ROLLUP (city)",
        "SELECT * FROM segments LIMIT 3",
        "SELECT upper(name) || ' ' || coalesce(external_id, '') FROM customers ORDER BY 1 LIMIT 5 OFFSET 2",
    ] {
        let answer = run(&app, &me, text).await;
        assert_eq!(answer.status, 200, "{text}: {}", answer.text());
        assert!(!answer.json()["columns"].as_array().expect("columns").is_empty());
    }
    // a column of another table: which, and how to come by it
    for (text, says) in [("SELECT city FROM orders", "JOIN features USING (customer)"), ("SELECT phone FROM orders", "phone is a column of customers"), ("SELECT price FROM orders", "JOIN products USING (product)")] {
        let told = run(&app, &me, text).await.json()["params"]["message"].clone();
        assert!(told["en"].as_str().is_some_and(|m| m.starts_with("No field named") && m.contains(says)), "{text}: {told}");
    }
    // where it does not fit, it says where
    for (text, code, line, column) in [
        ("SELECT customer\nFROM features\nWHERE nett > 1", "sql.meaning", Some(3), Some(7)),
        ("SELECT customer FROM feature", "sql.table", Some(1), Some(22)),
        ("SELECT * FORM orders", "sql.syntax", Some(1), None),
        ("SELECT\n  ssum(net) FROM features", "sql.function", Some(2), Some(3)),
        ("", "sql.empty", None, None),
        ("SELECT 1; SELECT 2", "sql.one", None, None),
    ] {
        let answer = run(&app, &me, text).await;
        assert_eq!(answer.problem(), (422, code.to_owned()), "{text}: {}", answer.text());
        let params = answer.json()["params"].clone();
        assert_eq!(params["line"].as_u64(), line, "{text}: {params}");
        if let Some(column) = column {
            assert_eq!(params["column"].as_u64(), Some(column), "{text}: {params}");
        }
        assert!(params["message"]["zh"].as_str().is_some_and(|m| !m.is_empty()) && params["message"]["en"].is_string());
    }
}

#[tokio::test]
async fn what_is_not_a_question_is_refused_and_nothing_happens() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let before = app.get("/overview").await.expect(200)["orders"].clone();
    let all = testkit::statements::hostile();
    assert!(all.len() >= 60, "{}", all.len());
    for text in &all {
        let answer = run(&app, &me, text).await;
        let (status, code) = answer.problem();
        assert!(status == 422 && code.starts_with("sql.") && code != "sql.inside" && code != "sql.late", "{} answers {}", text.chars().take(120).collect::<String>(), answer.text());
        let said = answer.text();
        for leak in ["root:", "/etc/passwd:", "lake/", ".parquet", "datafusion", "panicked", "ducklake"] {
            assert!(!said.contains(leak) || text.contains(leak), "{text} tells {leak}: {said}");
        }
    }
    assert_eq!(app.get("/overview").await.expect(200)["orders"], before);
    assert_eq!(one(&app, &me, "SELECT count(*) FROM orders").await, before);
}

const SECRETS: [&str; 7] = ["13811115678", "1381111", "11115678", "wang@mail.cn", "1990-03-05", "13911110000", "静安区一号"];

/// Every way around a mask: casts, comparisons, joins, subqueries, sums, texts of errors.
const AROUND: &[&str] = &[
    "SELECT * FROM customers",
    "SELECT phone, email, name FROM customers",
    "SELECT CAST(phone AS BIGINT) FROM customers",
    "SELECT TRY_CAST(phone AS BIGINT) FROM customers",
    "SELECT phone::date FROM customers",
    "SELECT CAST(email AS DECIMAL(20, 2)) FROM customers",
    "SELECT substr(phone, 1, 7) || substr(phone, 4) FROM customers",
    "SELECT left(phone, 11), right(phone, 8), length(phone) FROM customers",
    "SELECT count(*) FROM customers WHERE phone = '8613811115678'",
    "SELECT count(*) FROM customers WHERE phone LIKE '%1111%'",
    "SELECT count(*) FROM customers WHERE email LIKE 'wang%'",
    "SELECT count(*) FROM customers WHERE strpos(phone, '11115678') > 0",
    "SELECT min(phone), max(phone), min(email), max(email) FROM customers",
    "SELECT c.name, o.paid FROM customers c JOIN orders o ON o.customer = c.customer AND c.phone > '86138'",
    "SELECT (SELECT max(phone) FROM customers) AS p",
    "SELECT count(DISTINCT phone) FROM customers",
    "SELECT phone FROM customers GROUP BY phone HAVING max(phone) > '861381'",
    "SELECT first_value(phone) OVER (ORDER BY phone) FROM customers",
    "SELECT case when phone >= '8613811110000' then 1 else 1/0 end FROM customers",
    "SELECT nullif(phone, '8613811115678') FROM customers",
    "SELECT birthday FROM features",
    "SELECT days_to_birthday FROM features",
    "SELECT \"custom.alias\" FROM features",
    "SELECT \"custom.收货地址\" FROM features",
    "SELECT * FROM features",
    "SELECT by_alias FROM classes",
    "SELECT * FROM classes",
    "SELECT f.birthday FROM features f",
    "SELECT max(birthday) FROM (SELECT * FROM features) x",
    "SELECT features.birthday + interval '1 day' FROM features",
    "WITH x AS (SELECT * FROM features) SELECT birthday FROM x",
    "SELECT customer FROM features ORDER BY birthday",
    "SELECT * FROM orders",
    "SELECT order_id, channel, store FROM orders",
    "SELECT channel, count(*) FROM orders GROUP BY channel",
    "SELECT * FROM orders WHERE channel LIKE '%13811115678%'",
    "SELECT upper(channel) || lower(channel) FROM orders",
    "SELECT * FROM answers",
    "SELECT comment FROM answers",
    "SELECT * FROM interactions",
];

/// One of two businesses that differ in nothing but details.
async fn world(d: &Details) -> TestApp {
    let mut app = TestApp::ready(None).await;
    members(&mut app, d).await;
    app.import(&[("订单.csv", &format!("订单号,会员号,下单时间,实付金额,渠道\nD1,M001,2025-12-28 10:00:00,100.00,电话{}\nD2,M002,2025-12-29 10:00:00,5.00,门店\n", d.phone))]).await;
    app
}

#[tokio::test]
async fn who_may_not_see_details_learns_nothing_by_sql() {
    let (one, other) = (world(&ONE).await, world(&OTHER).await);
    let ((_, a), (_, b)) = (one.joined(Role::Analyst, Personal::ByRole).await, other.joined(Role::Analyst, Personal::ByRole).await);
    let mut wrong = Vec::new();
    let mut apart = 0;
    for text in AROUND {
        let said = async |app: &TestApp, who: &Who| {
            let answer = run(app, who, text).await;
            let mut json = answer.json();
            json["milliseconds"] = json!(0);
            // without ORDER BY rows come as they come
            if let Some(rows) = json["rows"].as_array_mut() {
                rows.sort_by_key(Value::to_string);
            }
            let plain = crate::app::still(&json).to_string();
            format!("{} {plain}", answer.status)
        };
        let (here, there) = (said(&one, &a).await, said(&other, &b).await);
        if here != there {
            wrong.push(format!("{text}\n  {here}\n  {there}"));
        }
        for secret in SECRETS.iter().filter(|s| !text.contains(**s)) {
            if here.contains(secret) {
                wrong.push(format!("{text} shows {secret}: {here}"));
            }
        }
        let (owner, twin) = (one.me(), other.me());
        apart += usize::from(said(&one, &owner).await != said(&other, &twin).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(apart >= 20, "only {apart} questions tell the two apart for whoever may see details");
    // files say the same
    let file = one.by(&a, Method::POST, "/sql/file?format=csv", Some(json!({ "text": "SELECT * FROM customers ORDER BY customer" }))).await;
    assert!(file.status == 200 && file.text().contains("138****5678") && !file.text().contains("1381111"), "{}", file.text());
}

#[tokio::test]
async fn who_may_ask_and_what_is_noted() {
    let mut app = TestApp::shop(None).await;
    let me = app.me();
    let (analyst, agent, viewer) = (app.joined(Role::Analyst, Personal::ByRole).await.1, app.joined(Role::Agent, Personal::ByRole).await.1, app.joined(Role::Viewer, Personal::ByRole).await.1);
    for who in [&agent, &viewer] {
        assert_eq!(run(&app, who, "SELECT 1").await.problem(), (403, "access.denied".into()));
        assert_eq!(app.read(who, "/sql/tables").await.problem(), (403, "access.denied".into()));
    }
    let answer = run(&app, &analyst, "SELECT count(*) AS n FROM customers WHERE name = '客户1' -- 13811115678").await.expect(200);
    assert_eq!((&answer["columns"][0]["name"], &answer["rows"][0][0]["value"], &answer["masked"], &answer["more"]), (&json!("n"), &json!(1), &json!(true), &json!(false)));
    run(&app, &analyst, "DROP TABLE orders").await;
    let noted = app.get("/audit?action=sql.asked").await.expect(200)["items"].clone();
    assert_eq!(noted.as_array().map(Vec::len), Some(2));
    let of = |i: usize| noted[i]["detail"].clone();
    assert_eq!((&of(0)["code"], &of(1)["rows"], &of(1)["code"]), (&json!("sql.select"), &json!(1), &json!("")), "{noted:#}");
    assert!(of(1)["text"].as_str().is_some_and(|t| t.starts_with("SELECT count(*) AS n") && !t.contains("客户1") && !t.contains("13811115678")), "{noted:#}");
    let history = app.read(&analyst, "/sql/history").await.expect(200)["items"].clone();
    assert_eq!(history.as_array().map(Vec::len), Some(2));
    assert!(history.as_array().expect("items").iter().any(|a| a["text"].as_str().is_some_and(|t| t.contains("客户1"))), "{history:#}");
    assert_eq!(app.read(&me, "/sql/history").await.expect(200)["items"], json!([]), "one's own");

    // kept, shared, another's
    let kept = app.by(&analyst, Method::POST, "/sql/questions", Some(json!({ "name": "n", "text": "SELECT 1" }))).await.expect(201);
    let id = kept["id"].as_str().expect("an id");
    assert_eq!(app.get("/sql/questions").await.expect(200)["items"], json!([]));
    let path = format!("/sql/questions/{id}");
    app.by(&analyst, Method::PUT, &path, Some(json!({ "name": "n", "text": "SELECT 2", "audience": "everyone" }))).await.expect(200);
    let (_, other) = app.joined(Role::Analyst, Personal::ByRole).await;
    assert_eq!(app.read(&other, "/sql/questions").await.expect(200)["items"][0]["mine"], false);
    assert_eq!(app.by(&other, Method::DELETE, &path, None).await.problem(), (403, "sql.foreign".into()));
    assert_eq!(app.by(&me, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(app.by(&analyst, Method::POST, "/sql/questions", Some(json!({ "name": " ", "text": "x" }))).await.problem(), (422, "sql.name".into()));

    // rows that are cut say so; a file is whole or refused
    let many = "SELECT a.customer FROM features a, features b, features c, features d";
    let cut = run(&app, &me, many).await.expect(200);
    assert_eq!((cut["rows"].as_array().map(Vec::len), &cut["more"]), (Some(10_000), &json!(true)));
    let file = app.by(&me, Method::POST, "/sql/file?format=xlsx", Some(json!({ "text": many }))).await;
    assert!(file.status == 200 && file.bytes.starts_with(b"PK"));
    let more = "SELECT a.customer FROM features a, features b, features c, features d, features e";
    assert_eq!(app.by(&me, Method::POST, "/sql/file", Some(json!({ "text": more }))).await.problem(), (422, "sql.rows".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_do_not_stop_the_house() {
    let app = TestApp::shop(None).await;
    let me = app.me();
    let cross = "features a, features b, features c, features d, features e, features f, features g, features h, features i, features j";
    let bombs: Vec<String> = vec![
        format!("SELECT sum(a.net + j.net) FROM {cross}"),
        format!("SELECT sum(a.net * b.net) FROM {cross} WHERE a.net + h.net > b.net"),
        format!("SELECT a.customer, count(DISTINCT b.customer + c.customer * d.customer) FROM {cross} GROUP BY a.customer"),
        format!("SELECT * FROM (SELECT a.net + b.net * c.net + d.net AS x FROM {cross}) t ORDER BY x DESC"),
        format!("SELECT DISTINCT a.customer * b.customer * c.customer * d.customer * e.customer FROM {cross}"),
        format!("SELECT row_number() OVER (ORDER BY a.net + b.net) FROM {cross} ORDER BY 1 DESC"),
        format!("SELECT max(upper(p.name) || lower(q.name)) FROM customers p, customers q, {cross}"),
        format!("SELECT count(*) FROM {cross} WHERE a.city LIKE '%a%b%c%d%e%' OR b.city LIKE '%上%海%'"),
        format!("SELECT median(a.net + b.net) FROM {cross}"),
        format!("SELECT count(*) FROM (SELECT a.customer FROM {cross} UNION SELECT customer FROM orders) t"),
        format!("SELECT corr(a.net, j.net), stddev(b.net) FROM {cross}"),
        format!("SELECT a.customer, lag(b.net) OVER (PARTITION BY c.customer ORDER BY d.net + e.net) FROM {cross} ORDER BY 2"),
        format!("SELECT concat(p.name, q.name, r.name), count(*) FROM customers p, customers q, customers r, {cross} GROUP BY 1"),
        format!("SELECT count(*) FROM {cross} WHERE a.net > (SELECT avg(x.net + y.net) FROM features x, features y, {cross})"),
        format!("SELECT a.customer FROM {cross} EXCEPT SELECT b.customer + c.customer FROM {cross}"),
        format!("SELECT sum(a.net) FROM {cross} GROUP BY ROLLUP (a.customer, b.customer, c.customer, d.customer)"),
        format!("SELECT * FROM {cross} ORDER BY a.net * b.net * c.net DESC LIMIT 10"),
        format!("SELECT approx_distinct(concat(o.order_id, o2.order_id)) FROM orders o, orders o2, orders o3, orders o4, orders o5"),
        format!("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a.net * b.net) FROM {cross}"),
        format!("SELECT count(*) FROM features a {}", ["b", "c", "d", "e", "f", "g", "h", "i", "j"].map(|n| format!("FULL JOIN features {n} ON {n}.net <> a.net")).join(" ")),
    ];
    assert_eq!(bombs.len(), 20);
    let all = futures::future::join_all(bombs.iter().map(|text| {
        let (app, me) = (&app, &me);
        async move { (text, tokio::time::timeout(std::time::Duration::from_millis(2_500), run(app, me, text)).await) }
    }));
    let health = async {
        let mut took = Vec::new();
        for _ in 0..60 {
            let begun = std::time::Instant::now();
            app.by(&Who::Nobody, Method::GET, "/healthz", None).await.expect(200);
            app.read(&me, "/segments").await.expect(200);
            took.push(begun.elapsed());
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
        took.sort();
        took
    };
    let (answers, took) = tokio::join!(all, health);
    println!("while twenty bombs wait or go off, a reading takes {:?}, at most {:?}", took[30], took[59]);
    for (text, answer) in answers {
        if let Ok(answer) = answer {
            assert!(answer.status == 422, "{text}: {}", answer.text());
        }
    }
    assert!(took[59] < std::time::Duration::from_millis(2_000), "the server answered after {:?}", took[59]);
    // one that nobody stops is stopped; who went away has freed their place soon
    let mut late = run(&app, &me, &bombs[0]).await.problem();
    for _ in 0..100 {
        if late.1 != "sql.busy" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        late = run(&app, &me, &bombs[0]).await.problem();
    }
    assert!(late.0 == 422 && ["sql.late", "sql.memory"].contains(&late.1.as_str()), "{late:?}");
    // who goes away stops their question: the places are free again
    assert_eq!(one(&app, &me, "SELECT count(*) FROM customers").await, json!(12));
}
