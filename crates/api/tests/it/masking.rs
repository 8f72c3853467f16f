//! Two businesses that differ in nothing but people's details: two phones with the same ends, two addresses, two birthdays a day apart,
//! another comment. Whoever may not see such details asks both in every way there is and must not learn which is which.

use crate::app::{TestApp, Who, still};
use axum::http::Method;
use domain::{
    access::{Personal, Role},
    clock::{Clock, Instant},
};
use serde_json::{Value, json};

/// What the two differ in.
pub(crate) struct Details {
    pub(crate) phone: &'static str,
    email: &'static str,
    birthday: &'static str,
    alias: &'static str,
    home: &'static str,
    contact_phone: &'static str,
    contact_email: &'static str,
    /// a birthday that cannot be read and is left blank
    odd: &'static str,
    /// what stands in an own field that is personal by word, and in such a field of a record
    secret: &'static str,
}

pub(crate) const ONE: Details = Details {
    phone: "13811115678",
    email: "wang@mail.cn",
    birthday: "1990-03-05",
    alias: "13911110000",
    home: "静安区一号",
    contact_phone: "13711119999",
    contact_email: "c1@corp.cn",
    odd: "属马三月初五",
    secret: "怕猫",
};

pub(crate) const OTHER: Details = Details {
    phone: "13822225678",
    email: "wong@mail.cn",
    birthday: "1990-03-06",
    alias: "13922220000",
    home: "静安区二号",
    contact_phone: "13722229999",
    contact_email: "c2@corp.cn",
    odd: "属羊四月初六",
    secret: "怕狗",
};

/// Everybody who asks, in one of the two.
struct World {
    app: TestApp,
    owner: Who,
    import: String,
    customer: String,
    company: String,
    second: String,
    board: String,
    object: String,
    record: String,
}

/// Tiles over what is hidden, and one that is not.
fn tiles(d: &Details) -> Value {
    let number = json!({ "kind": "number", "measure": { "stat": "count" } });
    json!([
        { "id": "bar", "width": 2, "show": { "kind": "bar", "by": "class.by_alias", "measure": { "stat": "count" }, "limit": 10 } },
        { "id": "list", "width": 2, "show": { "kind": "list", "sort": "-net", "columns": ["birthday", "custom.alias"], "limit": 5 } },
        { "id": "order", "width": 2, "show": { "kind": "list", "sort": "days_to_birthday", "columns": [], "limit": 5 } },
        { "id": "group", "width": 2, "show": { "kind": "group", "by": "custom.收货地址", "measures": [{ "stat": "mean", "feature": "days_to_birthday" }], "limit": 5 } },
        { "id": "heat", "width": 2, "show": { "kind": "heat", "x": "custom.alias", "y": "rfm_r", "measure": { "stat": "sum", "feature": "net" } } },
        { "id": "flow", "width": 2, "show": { "kind": "flow", "classification": "by_alias" } },
        { "id": "trend", "width": 2, "show": { "kind": "trend", "measure": { "stat": "mean", "feature": "days_to_birthday" }, "points": 2 } },
        { "id": "rule", "width": 1, "who": { "rule": "custom.alias contains \"1111\"" }, "title": { "zh": format!("找 {}", d.contact_phone), "en": "x" }, "show": number },
        { "id": "plain", "width": 1, "show": number },
    ])
}

/// Two members with all their details, and a classification made of one of them.
pub(crate) async fn members(app: &mut TestApp, d: &Details) {
    let people = format!(
        "会员号,姓名,手机号,邮箱,生日,甲,乙\nM001,王芳,{},{},{},{},{}\nM002,李雷,13900000002,lilei@shop.test,{},13900000003,无\n",
        d.phone, d.email, d.birthday, d.alias, d.home, d.odd
    );
    let id = app.upload(&[("会员.csv", &people)]).await["id"].as_str().expect("an id").to_owned();
    let view = app.get(&format!("/imports/{id}")).await.expect(200);
    let mut mapping = view["files"][0]["mapping"].clone();
    for column in mapping["columns"].as_array_mut().expect("columns") {
        let target = match column["header"].as_str() {
            Some("会员号") => "customer.id",
            Some("姓名") => "customer.name",
            Some("手机号") => "customer.phone",
            Some("邮箱") => "customer.email",
            Some("生日") => "attribute.birthday",
            Some("甲") => "custom.alias",
            _ => "custom.收货地址",
        };
        column["target"] = json!(target);
        if target.starts_with("custom.") {
            column["value_type"] = json!("text");
        }
    }
    app.with_body(Method::PUT, &format!("/imports/{id}/mapping"), json!({ "files": [mapping] })).await.expect(200);
    app.post(&format!("/imports/{id}/check"), json!({})).await.expect(202);
    app.until(&id, "checked").await;
    app.post(&format!("/imports/{id}/commit"), json!({})).await.expect(202);
    app.until(&id, "committed").await;
    let label = |t: &str| json!({ "zh": t, "en": t });
    let by_alias = json!({
        "key": "by_alias", "label": label("按甲"), "description": label(""), "group": "custom",
        "method": { "kind": "values", "feature": "custom.alias", "otherwise": { "key": "none", "label": label("无") } }
    });
    app.post("/classifications", json!({ "definition": by_alias })).await.expect(201);
}

async fn world(d: &Details) -> World {
    let mut app = TestApp::ready(None).await;
    members(&mut app, d).await;
    let orders = format!("订单号,会员号,下单时间,实付金额,渠道\nD1,M001,2025-12-28 10:00:00,100.00,门店\nD2,M001,2025-13-45 10:00:00,1.00,{}\nD3,M002,2025-12-29 10:00:00,5.00,门店\n", d.phone);
    let import = app.import(&[("订单.csv", &orders)]).await["id"].as_str().expect("an id").to_owned();
    let said = format!("会员号,日期,nps,评论\nM001,2025-12-20,9,打我电话{}或写{}\n", d.phone, d.email);
    app.import(&[("反馈.csv", &said)]).await;
    let companies = format!("客户编号,公司名称,联系人,联系人手机,联系人邮箱\nB001,山间茶业有限公司,陈经理,{},{}\n", d.contact_phone, d.contact_email);
    app.import(&[("企业.csv", &companies)]).await;
    let label = |t: &str| json!({ "zh": t, "en": t });
    let find = async |app: &mut TestApp, name: &str| {
        let page = app.get(&format!("/customers?q={name}")).await.expect(200);
        page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{name} in {page:#}")).to_owned()
    };
    let noted = find(&mut app, "M001").await;
    app.post(&format!("/customers/{noted}/notes"), json!({ "body": format!("改约周五，电话 {}，或写 {}", d.phone, d.email) })).await.expect(201);
    app.post("/tags", json!({ "name": format!("找 {}", d.alias) })).await.expect(201);
    let query = json!({ "q": d.phone, "rule": "orders >= 1" });
    app.post("/views", json!({ "name": format!("找 {}", d.contact_phone), "query": query, "audience": "everyone" })).await.expect(201);
    app.post("/segments", json!({ "key": "cake", "label": label("生日将近"), "rule_text": "days_to_birthday <= 100 and orders >= 1" })).await.expect(201);
    let board = json!({ "name": { "zh": format!("看 {}", d.alias), "en": "x" }, "tiles": tiles(d), "audience": "everyone" });
    let board = app.post("/dashboards", board).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let (customer, company, second) = (find(&mut app, "M001").await, find(&mut app, "B001").await, find(&mut app, "M002").await);
    let owner = app.me();
    let own = json!({
        "key": "custom.secret", "label": label("忌讳"), "description": label(""), "group": "custom", "value": "text",
        "definition": { "kind": "attribute", "key": "custom.secret" }, "entry": { "kind": "text", "personal": true },
    });
    app.post("/features", own).await.expect(201);
    let said = json!({ "kind": "field_set", "subject": "custom.secret", "customers": [customer], "value": d.secret });
    crate::work::change(&app, &owner, "said-by-hand", said).await.expect(200);
    let met = json!({ "kind": "contact_set", "customers": [company], "contact": { "name": "李采购", "phone": d.alias, "email": d.email } });
    crate::work::change(&app, &owner, "met-by-hand", met).await.expect(200);
    let known = json!({ "kind": "identifier_set", "customers": [second], "identifier": { "kind": "email", "value": format!("z{}", d.email) } });
    crate::work::change(&app, &owner, "known-by-hand", known).await.expect(200);
    let field = |key: &str, kind: &str, personal: bool| json!({ "key": key, "label": label(key), "kind": kind, "personal": personal });
    let fields = json!([field("who", "customer", false), field("remark", "long_text", false), field("fear", "text", true), field("born", "day", true)]);
    let form = json!({ "label": label("来访"), "time": "born", "sections": [{ "fields": fields }] });
    let object = app.post("/objects", form).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let values = json!({ "who": customer, "remark": format!("回电 {}", d.alias), "fear": d.secret, "born": d.birthday });
    let record = app.post(&format!("/objects/{object}/records"), json!({ "values": values })).await.expect(201)["id"].as_str().expect("an id").to_owned();
    // who is looked for, and when, is the same in every world
    app.at_rest().await;
    World { app, owner, import, customer, company, second, board, object, record }
}

fn coded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A request; `true`: to somebody who may see details its answer shows some.
type Way = (Method, String, Option<Value>, bool);

/// Every way there is to ask.
fn ways(w: &World) -> Vec<Way> {
    let (customer, company, import) = (&w.customer, &w.company, &w.import);
    let mut all: Vec<Way> = Vec::new();
    let get = |path: String, shows: bool| (Method::GET, path, None, shows);
    all.push(get("/customers".into(), true));
    for key in ["birthday", "-days_to_birthday", "phone", "email", "unionid", "custom.alias", "custom.收货地址", "class.by_alias"] {
        all.push(get(format!("/customers?sort={}", coded(key)), false));
    }
    all.push(get("/customers?columns=birthday".into(), true));
    all.push(get(format!("/customers?columns={}", coded("net,custom.alias,custom.收货地址,class.by_alias")), true));
    for rule in [
        "phone = \"13811115678\"",
        "custom.alias contains \"1111\"",
        "custom.收货地址 contains \"一\"",
        "birthday = 1990-03-05",
        "orders >= 1 and not days_to_birthday > 64",
        "top 40 % by days_to_birthday",
        "class.by_alias = \"13911110000\"",
    ] {
        all.push(get(format!("/customers?rule={}", coded(rule)), false));
        all.push((Method::POST, "/segments/preview".into(), Some(json!({ "rule_text": rule })), false));
        all.push((Method::POST, "/rules/parse".into(), Some(json!({ "text": rule })), false));
        all.push((Method::POST, "/segments".into(), Some(json!({ "label": { "zh": "x", "en": "x" }, "filter": { "rule": rule } })), false));
        all.push(get(format!("/customers/export?rule={}", coded(rule)), false));
    }
    for text in ["13811115678", "8613811115678", "138 1111 5678", "1111", "11115678", "13811", "wang@mail.cn", "wang@", "wang", "13911110000", "c1@corp", "137111"] {
        all.push(get(format!("/customers?q={}", coded(text)), false));
        all.push(get(format!("/customers?q={}&sort=match", coded(text)), false));
    }
    all.push(get("/customers?class.by_alias=13911110000".into(), false));
    all.push(get("/customers?was.by_alias=13911110000@2025-12-30".into(), false));
    all.push(get("/customers/export".into(), true));
    all.push(get("/customers/export?format=xlsx".into(), true));
    all.push(get("/customers/export?columns=birthday".into(), true));
    let export = |form: Value, shows: bool| (Method::POST, "/exports".to_owned(), Some(form), shows);
    all.push(export(json!({ "format": "csv" }), true));
    all.push(export(json!({ "format": "csv", "columns": ["birthday"] }), true));
    all.push(export(json!({ "format": "csv", "filter": { "segment": "cake" } }), true));
    all.push(export(json!({ "filter": { "q": "13811115678" } }), false));
    all.push(export(json!({ "filter": { "rule": "phone = \"13811115678\"" } }), false));
    all.push(export(json!({ "filter": { "class.by_alias": "13911110000" } }), false));
    all.push(export(json!({ "sort": "birthday" }), false));
    all.push(get("/jobs?mine=true".into(), false));
    all.push(get(format!("/customers/{customer}"), true));
    all.push(get(format!("/customers/{company}"), true));
    all.push(get(format!("/customers/{customer}/timeline"), true));
    all.push(get(format!("/customers/{customer}/timeline?types=note"), true));
    all.push(get("/tags".into(), true));
    all.push(get("/views".into(), true));
    all.push(get("/customers/facets".into(), true));
    all.push(get("/customers/facets?by=class.by_alias".into(), true));
    all.push(get("/customers/facets?q=13811115678".into(), false));
    all.push(get("/customers/facets?by=f.birthday".into(), false));
    all.push(get("/customers?f.custom.alias=13911110000".into(), false));
    all.push(export(json!({ "labels": "zh-CN" }), true));
    all.push(export(json!({ "labels": "en", "columns": ["phone", "class.by_alias", "tags", "owner"] }), true));
    all.push(get("/customers/facets?rule=birthday%20%3E%201990-03-05".into(), false));
    all.push(get(format!("/customers/{customer}/timeline?as_of=2025-12-30&known=today"), true));
    all.push(get(format!("/customers/{customer}/why?segment=cake"), true));
    all.push(get(format!("/customers/{customer}/why?classification=lifecycle"), false));
    all.push(get(format!("/customers/{customer}/why?classification=by_alias"), true));
    all.push(get(format!("/duplicates/compare?a={customer}&b={}", w.second), true));
    all.push(get("/duplicates".into(), false));
    all.push(get("/merges".into(), false));
    all.push(get(format!("/customers/{customer}/duplicates"), false));
    all.push(get("/overview".into(), true));
    all.push(get("/classifications/by_alias".into(), true));
    all.push(get("/flow?classification=by_alias".into(), true));
    all.push(get("/segments/cake".into(), false));
    all.push(get("/features".into(), false));
    all.push(get("/customers?columns=custom.secret".into(), true));
    all.push(get("/customers?sort=custom.secret".into(), false));
    all.push(get(format!("/customers?rule={}", coded("custom.secret contains \"猫\"")), false));
    let (object, record) = (&w.object, &w.record);
    all.push(get(format!("/objects/{object}/records"), true));
    all.push(get(format!("/objects/{object}/records?customer={customer}"), true));
    all.push(get(format!("/records/{record}"), true));
    all.push(get(format!("/customers/{customer}/records"), true));
    for asked in ["q=1391111", "q=13911110000", "sort=fear", "sort=-born", "f.fear=x", "f.born=1990-03-05", "f.remark=1391111"] {
        all.push(get(format!("/objects/{object}/records?{asked}"), false));
    }
    all.push(get(format!("/objects/{object}/records?q={}", coded("怕猫")), false));
    all.push(get(format!("/objects/{object}/usage"), false));
    all.push(export(json!({ "format": "csv", "object": object }), true));
    all.push(export(json!({ "format": "csv", "object": object, "sort": "born" }), false));
    all.push(get("/changes".into(), false));
    all.push(get("/imports".into(), true));
    all.push(get(format!("/imports/{import}"), true));
    all.push(get(format!("/imports/{import}/rejected.csv"), true));
    all.push(get(format!("/imports/{import}/rejected.xlsx"), true));
    all.push(get("/definitions/export".into(), false));
    all.push(get("/dashboards".into(), true));
    all.push(get(format!("/dashboards/{}", w.board), true));
    all.push(get(format!("/dashboards/{}/figures", w.board), true));
    all.push(get(format!("/dashboards/{}/figures?as_of=2025-12-30&compare=2025-12-29", w.board), true));
    all.push(get(format!("/dashboards/{}/figures?rule={}", w.board, coded("custom.alias contains \"1111\"")), false));
    all.push(get(format!("/dashboards/{}/figures?class.by_alias=13911110000", w.board), false));
    for tile in ["bar", "list", "group", "heat", "rule"] {
        all.push(get(format!("/dashboards/{}/file?tile={tile}", w.board), !["rule", "heat"].contains(&tile)));
    }
    all.push((Method::POST, "/dashboards/preview".into(), Some(json!({ "tiles": tiles(&ONE) })), true));
    all.push((Method::POST, "/dashboards/preview".into(), Some(json!({ "tiles": [], "filter": { "rule": "birthday = 1990-03-05" } })), false));
    all.push((Method::POST, "/dashboards".into(), Some(json!({ "name": { "zh": "x", "en": "x" }, "tiles": tiles(&ONE) })), false));
    all.push((Method::PUT, format!("/dashboards/{}", w.board), Some(json!({ "name": { "zh": "x", "en": "x" }, "tiles": [] })), false));
    let feature = |key: &str, value: &str, definition: Value| {
        json!({ "key": key, "label": { "zh": "x", "en": "x" }, "description": { "zh": "", "en": "" }, "group": "custom", "value": value, "definition": definition })
    };
    let soon = json!({ "kind": "formula", "expr": { "binary": { "left": { "feature": "days_to_birthday" }, "op": "+", "right": { "literal": 1 } } } });
    for (key, function, of) in [("f1", "education", "attribute.custom.alias"), ("f2", "marital", "attribute.custom.收货地址"), ("f3", "city", "custom.收货地址"), ("f4", "gender", "attribute.custom.alias")] {
        all.push((Method::POST, "/features".into(), Some(feature(key, "text", json!({ "kind": "derived", "function": function, "of": [of] }))), false));
        all.push(get(format!("/customers?columns={key}"), false));
    }
    all.push((Method::POST, "/features".into(), Some(feature("b2", "day", json!({ "kind": "attribute", "key": "birthday" }))), false));
    all.push((Method::POST, "/features".into(), Some(feature("soon", "number", soon)), false));
    all.push((Method::POST, "/features".into(), Some(feature("alias2", "text", json!({ "kind": "attribute", "key": "custom.alias" }))), false));
    all.push((Method::POST, "/segments".into(), Some(json!({ "label": { "zh": "x", "en": "x" }, "filter": { "q": "13811115678" } })), false));
    all
}

/// What somebody learns: status and answer, without ids and durations. Each question has a moment of its own, so that what is listed by age
/// stands in the same order in both worlds.
async fn learns(w: &World, who: &Who, (method, path, body, _): &Way) -> String {
    w.app.clock.set(Instant(w.app.clock.now().0 + 1_000));
    let mut answer = w.app.by(who, method.clone(), path, body.clone()).await;
    if path == "/exports" && answer.status == 202 {
        answer = w.app.written(who, &answer.json()).await;
    }
    let said = if answer.header("content-type").contains("json") { still(&answer.json()).to_string() } else { format!("{:?}", answer.text()) };
    format!("{} {said}", answer.status)
}

#[tokio::test]
async fn who_may_not_see_details_learns_nothing_in_any_way() {
    let (one, other) = (world(&ONE).await, world(&OTHER).await);
    let secrets = [ONE.phone, ONE.email, ONE.birthday, ONE.alias, ONE.home, ONE.contact_phone, ONE.contact_email, ONE.odd, ONE.secret, "1381111", "打我电话", "wang@"];
    let mut wrong = Vec::new();
    for (role, personal) in [(Role::Viewer, Personal::ByRole), (Role::Analyst, Personal::ByRole), (Role::Manager, Personal::Denied)] {
        let ((_, a), (_, b)) = (one.app.joined(role, personal).await, other.app.joined(role, personal).await);
        for (way, twin) in ways(&one).iter().zip(&ways(&other)) {
            let (here, there) = (learns(&one, &a, way).await, learns(&other, &b, twin).await);
            if here != there {
                wrong.push(format!("{role}: {} {} {:?}\n  {here}\n  {there}", way.0, way.1, way.2));
            }
            // what was asked by may be repeated; nothing else
            let asked = format!("{} {:?}", way.1, way.2);
            let packed = way.1.contains("xlsx");
            for secret in secrets.iter().filter(|s| !packed && !asked.contains(*s) && !asked.contains(&coded(s))) {
                if here.contains(secret) {
                    wrong.push(format!("{role}: {} {} shows {secret}: {here}", way.0, way.1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_same_questions_tell_them_apart_for_whoever_may() {
    let (one, other) = (world(&ONE).await, world(&OTHER).await);
    for (way, twin) in ways(&one).iter().zip(&ways(&other)).filter(|(w, _)| w.3) {
        let (here, there) = (learns(&one, &one.owner, way).await, learns(&other, &other.owner, twin).await);
        assert_ne!(here, there, "{} {}: the question shows nothing, so that it proves nothing", way.0, way.1);
    }
}

#[tokio::test]
async fn refusals_say_so_and_masks_look_as_they_should() {
    let w = world(&ONE).await;
    let (_, viewer) = w.app.joined(Role::Viewer, Personal::ByRole).await;
    let (_, analyst) = w.app.joined(Role::Analyst, Personal::ByRole).await;
    let (_, agent) = w.app.joined(Role::Agent, Personal::ByRole).await;
    let refused = (403, "access.masked".to_owned());
    for path in ["/customers?sort=phone", "/customers?sort=birthday", "/customers?columns=custom.alias", "/customers?q=13811115678", "/customers?rule=email%20%3D%20%22x%22", "/classifications/by_alias"] {
        let answer = w.app.read(&viewer, path).await;
        assert_eq!(answer.problem(), refused, "{path}");
        let message = answer.json()["params"]["message"].clone();
        assert!(message["zh"].as_str().is_some_and(|m| m.contains("个人信息")) && message["en"].as_str().is_some_and(|m| m.contains("personal")), "{message}");
    }
    let listed = w.app.read(&viewer, "/customers?q=M001").await.expect(200)["items"][0].clone();
    assert_eq!((&listed["name"], &listed["phone"], &listed["email"], &listed["external_id"]), (&json!("王芳"), &json!("138****5678"), &json!("w***@mail.cn"), &json!("M001")));
    let profile = w.app.read(&viewer, &format!("/customers/{}", w.customer)).await.expect(200);
    let of = |key: &str| profile["features"].as_array().expect("features").iter().find(|f| f["key"] == key).cloned().unwrap_or_default();
    assert_eq!((&of("birthday")["masked"], &of("birthday")["value"]), (&json!(true), &json!({ "type": "null" })));
    assert_eq!((&of("age")["value"]["value"], of("net").get("masked")), (&json!(35), None));
    let company = w.app.read(&viewer, &format!("/customers/{}", w.company)).await.expect(200);
    let manager = company["contacts"].as_array().expect("contacts").iter().find(|c| c["name"] == "陈经理").cloned().unwrap_or_default();
    assert_eq!(manager, json!({ "name": "陈经理", "role": null, "phone": "137****9999", "email": "c***@corp.cn" }));
    let timeline = w.app.read(&viewer, &format!("/customers/{}/timeline?types=answer,attribute", w.customer)).await.expect(200);
    let answer = timeline["items"].as_array().expect("items").iter().find(|e| e["type"] == "answer").cloned().unwrap_or_default();
    assert_eq!((&answer["detail"]["score"], answer["detail"].get("comment")), (&json!(9.0), None));
    assert!(timeline["items"].as_array().expect("items").iter().any(|e| e["title"]["zh"] == "生日：（已隐藏）"), "{timeline:#}");
    let features = w.app.read(&viewer, "/features").await.expect(200);
    assert_eq!(features["masked"], json!(["birthday", "custom.alias", "custom.secret", "custom.收货地址", "days_to_birthday"]));
    assert_eq!(w.app.read(&agent, "/features").await.expect(200)["masked"], json!([]));
    assert_eq!(w.app.read(&agent, "/customers?q=13811115678").await.expect(200)["items"][0]["phone"], "8613811115678");
    let rejected = w.app.read(&analyst, &format!("/imports/{}/rejected.csv", w.import)).await.text();
    let lines: Vec<&str> = rejected.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "file,line,column,code,reason"));
    assert!(lines[1].starts_with("\"订单.csv\",3,\"下单时间\",\"date_invalid\","), "{}", lines[1]);
    let head = w.app.read(&analyst, "/customers/export").await.text();
    let head = head.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_owned();
    assert!(head.starts_with("customer_id,name,phone,email,member_no,zhiyin_id,") && !head.contains("birthday") && !head.contains("alias") && head.contains("age"), "{head}");
    let view = w.app.read(&viewer, &format!("/imports/{}", w.import)).await.expect(200);
    assert!(view["files"][0]["columns"].as_array().expect("columns").iter().all(|c| c["samples"] == json!([])), "{view:#}");
    assert_eq!(view["report"]["rejects_by_reason"][0]["examples"][0]["value"], "");
    // bringing files would tell phones apart
    assert_eq!(w.app.by(&analyst, Method::POST, "/imports", None).await.problem(), (403, "access.denied".into()));
}
