//! The page: every operation with what it needs, takes and answers, and a request that works.

use super::{
    codes,
    example::{self, resolve},
    titles,
};
use domain::Lang;
use flow::output::escape;
use serde_json::Value;
use std::fmt::Write;

/// The address of examples.
pub const EXAMPLE: &str = "http://127.0.0.1:8080";

/// Tags in the order of the page, with their names.
const TAGS: &[(&str, &str, &str)] = &[
    ("intake", "提交数据", "Facts in"),
    ("customer", "客户", "Customers"),
    ("segment", "人群", "Segments"),
    ("classification", "分类", "Classifications"),
    ("analysis", "分析", "Analysis"),
    ("feature", "特征", "Features"),
    ("rule", "规则", "Rules"),
    ("definition", "定义文件", "Definitions"),
    ("import", "文件导入", "Imports"),
    ("token", "令牌", "Tokens"),
    ("member", "成员", "Members"),
    ("audit", "审计日志", "Audit log"),
    ("session", "登录与设置", "Session and settings"),
    ("server", "服务器", "Server"),
];

/// The whole page in one language.
pub fn render(document: &utoipa::openapi::OpenApi, lang: Lang) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let page = Page { document: &document, lang };
    let (mut menu, mut body) = (String::new(), String::new());
    for (tag, name) in page.tags() {
        let operations = page.operations(&tag);
        if operations.is_empty() {
            continue;
        }
        let name = escape(&name);
        let _ = write!(menu, "<h2>{name}</h2><ul>");
        let _ = write!(body, "<h2 id=\"{}\">{name}</h2>", escape(&tag));
        for o in operations {
            let _ = write!(menu, "<li><a href=\"#{}\">{}</a></li>", escape(o.id), escape(&page.title(&o)));
            page.operation(&o, &mut body);
        }
        menu.push_str("</ul>");
    }
    let (zh, en) = (lang == Lang::Zh, lang == Lang::En);
    let languages = if zh { "<span class=\"languages\">中文 · <a href=\"/docs/en\" lang=\"en\">English</a></span>" } else { "<span class=\"languages\"><a href=\"/docs/zh-CN\" lang=\"zh-CN\">中文</a> · English</span>" };
    format!(
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body><div class=\"page\">\
         <nav aria-label=\"{contents}\"><a href=\"/\">{home}</a><ul><li><a href=\"#start\">{start}</a></li><li><a href=\"#errors\">{errors}</a></li></ul>{menu}</nav>\
         <main>{languages}<h1>{title}</h1>{intro}{body}<h2 id=\"errors\">{errors}</h2>{table}</main></div></body></html>",
        code = if en { "en" } else { "zh-CN" },
        title = lang.pick("知音 API 参考", "Zhiyin API reference"),
        contents = lang.pick("目录", "Contents"),
        home = lang.pick("← 返回知音", "← Back to Zhiyin"),
        start = lang.pick("开始使用", "Getting started"),
        errors = lang.pick("错误代码", "Error codes"),
        intro = page.intro(),
        table = page.codes(),
    )
}

struct Page<'d> {
    document: &'d Value,
    lang: Lang,
}

struct Operation<'d> {
    method: &'d str,
    path: &'d str,
    id: &'d str,
    of: &'d Value,
}

impl<'d> Page<'d> {
    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    /// Tags in their order; those the list does not know come last.
    fn tags(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = TAGS.iter().map(|(tag, zh, en)| ((*tag).to_owned(), self.say(zh, en).to_owned())).collect();
        for tag in self.document["tags"].as_array().into_iter().flatten().filter_map(|t| t["name"].as_str()) {
            if all.iter().all(|(known, _)| known != tag) {
                all.push((tag.to_owned(), tag.to_owned()));
            }
        }
        all
    }

    fn operations(&self, tag: &str) -> Vec<Operation<'d>> {
        let mut all = Vec::new();
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            for (method, of) in item.as_object().into_iter().flatten() {
                if of["tags"].get(0).and_then(Value::as_str) == Some(tag) {
                    all.push(Operation { method, path, id: of["operationId"].as_str().unwrap_or_default(), of });
                }
            }
        }
        all
    }

    fn title(&self, o: &Operation<'_>) -> String {
        let summary = o.of["summary"].as_str().unwrap_or_default();
        match self.lang {
            Lang::Zh => titles::zh(o.id).unwrap_or(summary).to_owned(),
            Lang::En => summary.to_owned(),
        }
    }

    fn operation(&self, o: &Operation<'_>, out: &mut String) {
        let needs = o.of["x-permission"].as_str().unwrap_or_default();
        let needs = match needs {
            "open" => self.say("任何人", "anyone").to_owned(),
            "session" => self.say("本人登录", "a person who is signed in").to_owned(),
            permission => format!("{} <code>{}</code>", self.say("需要权限", "needs"), escape(permission)),
        };
        let _ = write!(
            out,
            "<section class=\"operation\" id=\"{}\"><h3>{}</h3><p class=\"address\"><span class=\"method\">{}</span><code>{}</code><span class=\"needs\">{needs}</span></p>",
            escape(o.id), escape(&self.title(o)), o.method.to_uppercase(), escape(o.path),
        );
        if let Some(text) = o.of["description"].as_str().filter(|t| !t.is_empty()) {
            let _ = write!(out, "<p{}>{}</p>", if self.lang == Lang::Zh { " lang=\"en\"" } else { "" }, prose(text));
        }
        self.parameters(o, out);
        self.body(o, out);
        self.answers(o, out);
        let _ = write!(out, "<h4>curl</h4><pre tabindex=\"0\"><code>{}</code></pre></section>", escape(&curl(self.document, o.method, o.path, o.of)));
    }

    fn parameters(&self, o: &Operation<'_>, out: &mut String) {
        let all: Vec<&Value> = o.of["parameters"].as_array().into_iter().flatten().collect();
        if all.is_empty() {
            return;
        }
        let _ = write!(out, "<h4>{}</h4>", self.say("参数", "Parameters"));
        self.head(out, &[self.say("名称", "name"), self.say("位置", "in"), self.say("类型", "type"), self.say("说明", "meaning")]);
        for p in all {
            let text = |key: &str| p[key].as_str().unwrap_or_default();
            let must = if p["required"] == true { self.say("（必填）", " (required)") } else { "" };
            let _ = write!(
                out, "<tr><td><code>{}</code>{must}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(text("name")), escape(text("in")), self.kind(&p["schema"]), prose(text("description")),
            );
        }
        out.push_str("</tbody></table></div>");
    }

    fn body(&self, o: &Operation<'_>, out: &mut String) {
        let Some(content) = o.of["requestBody"]["content"].as_object() else { return };
        let kinds: Vec<&str> = content.keys().map(String::as_str).collect();
        let _ = write!(out, "<h4>{} <code>{}</code></h4>", self.say("请求体", "Body"), escape(&kinds.join(", ")));
        if let Some(schema) = content.values().next().map(|c| &c["schema"]) {
            self.shape(schema, out);
        }
    }

    fn answers(&self, o: &Operation<'_>, out: &mut String) {
        let all = o.of["responses"].as_object();
        let good = all.into_iter().flatten().filter(|(status, _)| status.starts_with('2'));
        for (status, answer) in good {
            let _ = write!(out, "<h4>{} {}</h4>", self.say("答复", "Answer"), escape(status));
            if let Some(schema) = answer["content"].as_object().and_then(|c| c.values().next()).map(|c| &c["schema"]) {
                let _ = write!(out, "<details><summary>{}</summary>", self.say("字段", "fields"));
                self.shape(schema, out);
                out.push_str("</details>");
            }
        }
        let bad: Vec<&str> = all.into_iter().flatten().map(|(s, _)| s.as_str()).filter(|s| s.starts_with('4')).collect();
        if !bad.is_empty() {
            let _ = write!(out, "<p class=\"needs\">{} {} · <a href=\"#errors\">{}</a></p>", self.say("出错时：", "errors:"), bad.join(", "), self.say("错误代码", "error codes"));
        }
    }

    /// The fields of a shape, those of shapes inside it with their path.
    fn shape(&self, schema: &Value, out: &mut String) {
        let mut rows = String::new();
        self.fields(schema, "", 0, &mut rows);
        if rows.is_empty() {
            let _ = write!(out, "<p>{}</p>", self.kind(schema));
            return;
        }
        self.head(out, &[self.say("字段", "field"), self.say("类型", "type"), self.say("说明", "meaning")]);
        out.push_str(&rows);
        out.push_str("</tbody></table></div>");
    }

    fn fields(&self, schema: &Value, prefix: &str, depth: usize, rows: &mut String) {
        let schema = self.plain(schema);
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{prefix}{name}");
            let must = if required.contains(&name.as_str()) { self.say("（必填）", " (required)") } else { "" };
            let about = of["description"].as_str().or_else(|| self.plain(of)["description"].as_str()).unwrap_or_default();
            let _ = write!(rows, "<tr><td><code>{}</code>{must}</td><td>{}</td><td>{}</td></tr>", escape(&path), self.kind(of), prose(about));
            if depth < 2 {
                let inner = self.plain(of);
                match inner.get("items") {
                    Some(items) => self.fields(items, &format!("{path}[]."), depth + 1, rows),
                    None => self.fields(inner, &format!("{path}."), depth + 1, rows),
                }
            }
        }
    }

    /// A shape without the "or nothing" around it and the names in front of it.
    fn plain<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'd: 's,
    {
        let schema = resolve(self.document, schema);
        for several in ["oneOf", "anyOf"] {
            if let Some(one) = schema[several].as_array().and_then(|all| all.iter().find(|s| s["type"] != "null")) {
                let one = resolve(self.document, one);
                if one.get("properties").is_some() {
                    return one;
                }
            }
        }
        schema
    }

    fn kind(&self, schema: &Value) -> String {
        let named = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next());
        let resolved = resolve(self.document, schema);
        if let Some(all) = resolved["enum"].as_array() {
            let words: Vec<String> = all.iter().filter_map(Value::as_str).map(|w| format!("<code>{}</code>", escape(w))).collect();
            return words.join(" | ");
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(all) = resolved[several].as_array() {
                let mut kinds: Vec<String> = all.iter().filter(|s| s["type"] != "null").map(|s| self.kind(s)).collect();
                kinds.dedup();
                return kinds.join(" | ");
            }
        }
        let of = match &resolved["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).filter(|k| *k != "null").collect::<Vec<_>>().join(" | "),
            Value::String(kind) => kind.clone(),
            _ => String::new(),
        };
        match (of.as_str(), named) {
            ("array", _) => format!("{}[]", self.kind(&resolved["items"])),
            ("object" | "", Some(name)) => escape(name),
            (kind, _) => match resolved["format"].as_str().filter(|f| f.starts_with("date")) {
                Some(format) => escape(format),
                None => escape(kind),
            },
        }
    }

    fn head(&self, out: &mut String, names: &[&str]) {
        out.push_str("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        names.iter().for_each(|n| { let _ = write!(out, "<th scope=\"col\">{n}</th>"); });
        out.push_str("</tr></thead><tbody>");
    }

    fn intro(&self) -> String {
        let start = format!("export ZHIYIN={EXAMPLE}\nexport ZHIYIN_TOKEN=zhi_…\ncurl -H \"Authorization: Bearer $ZHIYIN_TOKEN\" \"$ZHIYIN/api/v1/customers?limit=1\"");
        let start = escape(&start);
        match self.lang {
            Lang::Zh => format!(
                "<section id=\"start\"><p>网页能做的，程序都能做。先在<a href=\"/settings/tokens\">API 令牌</a>页新建一个令牌（只显示一次），放进 <code>Authorization: Bearer</code> 请求头。</p><pre tabindex=\"0\"><code>{start}</code></pre>\
                 <ul><li>令牌的权限不超过它的角色，也不超过它主人的权限；每个接口都标明所需权限。</li>\
                 <li>列表按页给出：用 <code>limit</code> 定每页条数，把 <code>next_cursor</code> 原样放进下一次请求的 <code>cursor</code>；没有 <code>next_cursor</code> 就是最后一页。<code>sort</code> 按答复中的字段排序（前面加 <code>-</code> 为倒序），<code>q</code> 按名称查找；记下发生过什么的列表（导入、任务、改动、日志）总是最近的在前。</li>\
                 <li>修改请求可带 <code>Idempotency-Key</code>：24 小时内再发同一请求不会重复生效，并得到相同答复；请求不同则答 422，仍在处理则答 409。</li>\
                 <li>提交的数据答复 202 时已落盘，几分钟内进入名单和指标；进度见 <code>GET /api/v1/inbox</code>。</li>\
                 <li>出错时答复 <code>application/problem+json</code>：<code>code</code> 不变，<code>params.message</code> 有中英文说明。</li>\
                 <li>字段说明为英文。机器可读的描述（OpenAPI 3.1）：<a href=\"/api/v1/openapi.json\">openapi.json</a>。</li></ul></section>"
            ),
            Lang::En => format!(
                "<section id=\"start\"><p>Whatever the pages do, programs can do. Make a token on the <a href=\"/settings/tokens\">API tokens</a> page (it is shown once) and send it as <code>Authorization: Bearer</code>.</p><pre tabindex=\"0\"><code>{start}</code></pre>\
                 <ul><li>A token may at most what its role may, and at most what its owner may; each operation names the permission it needs.</li>\
                 <li>Lists come in pages: <code>limit</code> says how many, and <code>next_cursor</code> goes as it is into the <code>cursor</code> of the next request; the last page has none. <code>sort</code> orders by a field of the answer (<code>-</code> before it: descending) and <code>q</code> finds by name; lists of what happened (imports, jobs, changes, the log) always stand newest first.</li>\
                 <li>A change may carry an <code>Idempotency-Key</code>: sent again within 24 hours it happens once and is answered alike; another request with the key is answered 422, one that is still being done 409.</li>\
                 <li>Facts that are answered 202 are on disk; they are in lists and figures some minutes later. <code>GET /api/v1/inbox</code> says how far it is.</li>\
                 <li>Errors are <code>application/problem+json</code>: <code>code</code> is stable, <code>params.message</code> says it in Chinese and English.</li>\
                 <li>The description for machines (OpenAPI 3.1): <a href=\"/api/v1/openapi.json\">openapi.json</a>.</li></ul></section>"
            ),
        }
    }

    fn codes(&self) -> String {
        let mut out = String::new();
        self.head(&mut out, &[self.say("代码", "code"), self.say("状态", "status"), self.say("含义", "meaning")]);
        for (code, status, zh, en) in codes::ALL {
            let _ = write!(out, "<tr><td><code>{}</code></td><td>{status}</td><td>{}</td></tr>", escape(code), escape(self.say(zh, en)));
        }
        out.push_str("</tbody></table></div>");
        let _ = write!(out, "<h3 id=\"rows\">{}</h3>", self.say("一行数据为什么没有收下", "Why a row was not taken in"));
        self.head(&mut out, &[self.say("代码", "code"), self.say("含义", "meaning")]);
        for (code, label) in flow::inbox::codes() {
            let _ = write!(out, "<tr><td><code>{}</code></td><td>{}</td></tr>", escape(&code), escape(self.lang.pick(&label.zh, &label.en)));
        }
        out.push_str("</tbody></table></div>");
        out
    }
}

/// A request as one types it.
pub fn curl(document: &Value, method: &str, path: &str, of: &Value) -> String {
    let mut text = String::from("curl");
    if method != "get" {
        let _ = write!(text, " -X {}", method.to_uppercase());
    }
    let needed = of["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query" && p["required"] == true);
    let query: Vec<String> = needed.map(|p| format!("{}={}", p["name"].as_str().unwrap_or_default(), plain(&example::of(document, &p["schema"])))).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let _ = write!(text, " \"$ZHIYIN{path}{query}\"");
    if of["x-permission"] != "open" {
        text.push_str(" \\\n  -H \"Authorization: Bearer $ZHIYIN_TOKEN\"");
    }
    if of["parameters"].as_array().into_iter().flatten().any(|p| p["name"] == "Idempotency-Key") {
        text.push_str(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"");
    }
    let content = of["requestBody"]["content"].as_object();
    if let Some(json) = content.and_then(|c| c.get("application/json")) {
        let body = example::of(document, &json["schema"]);
        let _ = write!(text, " \\\n  -H \"Content-Type: application/json\" \\\n  -d '{}'", serde_json::to_string_pretty(&body).unwrap_or_default());
    } else if content.is_some_and(|c| c.contains_key("multipart/form-data")) {
        text.push_str(" \\\n  -F file=@orders.csv");
    }
    text
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Text in which `` `this` `` is code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split('`').enumerate() {
        let part = escape(part);
        if n % 2 == 1 { let _ = write!(out, "<code>{part}</code>"); } else { out.push_str(&part); }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_becomes_markup() {
        assert_eq!(prose("a <b> `<i>` & \"c\""), "a &lt;b&gt; <code>&lt;i&gt;</code> &amp; &quot;c&quot;");
    }

    #[test]
    fn every_operation_is_on_both_pages() {
        let document = crate::openapi();
        let json = serde_json::to_value(&document).expect("json");
        for lang in [Lang::Zh, Lang::En] {
            let page = render(&document, lang);
            for (path, item) in json["paths"].as_object().expect("paths") {
                for (method, of) in item.as_object().expect("methods") {
                    let id = of["operationId"].as_str().expect("an id");
                    assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{method} {path}");
                    assert!(lang == Lang::En || titles::zh(id).is_some(), "{id} has no Chinese title: add it to docs/titles.rs");
                }
            }
            assert!(!page.contains("<script") && !page.contains("style=\""), "nothing but our own style sheet");
        }
    }
}
