//! What is written beside the tables for people: what is in them, and what every column means. Made of the tables themselves.

use super::{
    Format,
    column::{Kind, Shape},
    manifest::{Business, Said},
    tables::LEFT,
};
use crate::app::Settings;
use domain::Day;

/// `README.md`.
pub(super) fn readme(business: &Business, as_of: Day, format: Format, said: &[Said]) -> String {
    let mut text = String::new();
    let Business { name, time_zone, currency, .. } = business;
    let extension = format.key();
    let mut rows = String::from("| table | rows |\n|---|---:|\n");
    for table in said {
        rows.push_str(&format!("| {} | {} |\n", table.name, table.rows));
    }
    text.push_str(&format!(
        "# {name}\n\n\
         这是「{name}」在知音里的全部数据，分类和人群按 {as_of} 计算。时区 {time_zone}，货币 {currency}。\n\n\
         - 每张表一组 `.{extension}` 文件，任何工具都能打开；每一列的含义见 `SCHEMA.md`。\n\
         - `definitions/` 是特征、分类和人群的定义，`zhiyin apply` 可以读取。\n\
         - `manifest.json` 写明每个文件的行数、字节数和 SHA-256。\n\
         - 带回一个空的知音：`zhiyin import --everything 文件`，或在网页的“导入”里放进这个压缩包。结果会逐人核对。\n\
         - 里面有客户的姓名、电话和邮箱，请像钥匙一样保管。\n\
         - 密码、令牌、网络钩子、邮件设置和操作日志不在内；已按本人要求删除的人只剩金额。\n"
    ));
    if format == Format::Csv {
        text.push_str("- CSV 里会被当成公式、以撇号开头或为空的文字前面加了一个撇号，读的时候去掉一个；两个逗号之间什么都没有表示没有值。\n");
    }
    if format == Format::Xlsx {
        text.push_str("- 单元格放不下的文字（太长、有换行或控制字符）完整地写在工作表 exact 里。\n");
    }
    text.push_str(&format!(
        "\n# {name} (English)\n\n\
         Everything {name} has in Zhiyin; classes and segments are as of {as_of}. Time zone {time_zone}, currency {currency}.\n\n\
         - Each table is one or more `.{extension}` files that any tool opens; `SCHEMA.md` says what every column means.\n\
         - `definitions/` holds features, classifications and segments as `zhiyin apply` reads them.\n\
         - `manifest.json` names every file with its rows, bytes and SHA-256.\n\
         - Back into an empty Zhiyin: `zhiyin import --everything FILE`, or drop this archive on the page “Import”. The results are compared customer by customer.\n\
         - It holds names, phones and e-mail addresses: keep it as you keep keys.\n\
         - Passwords, tokens, webhooks, mail settings and the audit log are not in it; of people who were erased only amounts are left.\n"
    ));
    if format == Format::Csv {
        text.push_str("- In CSV a text that would be taken for a formula, begins with an apostrophe or is empty has an apostrophe in front; take one off when you read it. Nothing between two commas is no value.\n");
    }
    if format == Format::Xlsx {
        text.push_str("- Texts that a cell cannot hold (too long, with line breaks or control characters) stand whole on the sheet exact.\n");
    }
    text.push('\n');
    text.push_str(&rows);
    text
}

/// `SCHEMA.md`.
pub(super) fn schema(shapes: &[Shape], format: Format, settings: &Settings) -> String {
    let (currency, digits) = (settings.currency.code(), settings.currency.digits());
    let mut text = format!(
        "# 每一列的含义 · What every column means\n\n\
         money = {currency}，{digits} 位小数 · money = {currency} with {digits} decimals; \
         timestamp = UTC; date = {} 的营业日 · business day of {}; key = 64 位标记 · mark of 64 bits; json = JSON 文本 · JSON as text.\n",
        settings.zone.name(),
        settings.zone.name()
    );
    for shape in shapes {
        text.push_str(&format!("\n## {}\n\n{}\n\n{}\n\n| column | type | null | 含义 | meaning |\n|---|---|---|---|---|\n", shape.name, shape.zh, shape.en));
        for c in &shape.columns {
            let null = if c.needed { "" } else { "✓" };
            text.push_str(&format!("| {} | {} | {null} | {} | {} |\n", cell(&c.name), shown(c.kind, format, digits), cell(&c.zh), cell(&c.en)));
        }
    }
    text.push_str("\n## 不在内 · Not here\n\n| store | why |\n|---|---|\n");
    for (table, why) in LEFT {
        text.push_str(&format!("| {table} | {why} |\n"));
    }
    text
}

/// A label may hold what would end a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// The type, and how this format has it.
fn shown(kind: Kind, format: Format, digits: u32) -> String {
    let physical = match (format, kind) {
        (Format::Parquet, Kind::Whole | Kind::Key) => "int64".to_owned(),
        (Format::Parquet, Kind::Number) => "double".to_owned(),
        (Format::Parquet, Kind::Money) => format!("decimal(20,{digits})"),
        (Format::Parquet, Kind::Flag) => "boolean".to_owned(),
        (Format::Parquet, Kind::Day) => "date32".to_owned(),
        (Format::Parquet, Kind::Instant) => "timestamp(µs, UTC)".to_owned(),
        (Format::Parquet, Kind::Text | Kind::Json) => "utf8".to_owned(),
        (_, Kind::Instant) => "YYYY-MM-DDThh:mm:ss.ffffffZ".to_owned(),
        (_, Kind::Day) => "YYYY-MM-DD".to_owned(),
        _ => return kind.key().to_owned(),
    };
    format!("{} ({physical})", kind.key())
}
