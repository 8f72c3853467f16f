//! The reference pages are generated from the catalog and the library; this compares them (`make codegen` refreshes).

use domain::{Lang, library::{classifications_table, features_table, rfm_11_table, segments_table}};
use std::{fs, path::PathBuf};

fn page(name: &str, text: String) {
    let path = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies")).join("../../docs/reference").join(name);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "docs/reference/{name} is stale: run `make codegen`");
}

#[test]
fn reference_of_features() {
    for (lang, name, title, about) in [
        (Lang::En, "features.md", "Features", "Every built-in feature: one value per customer per as-of day. The key is the column name in every output format of `zhiyin classify`, after `customer_id`. Money is in major units there (123.45), days are YYYY-MM-DD, unknown is empty. Classes stand in columns named by the key of their [classification](classifications.md)."),
        (Lang::Zh, "features.zh-CN.md", "特征", "全部内置特征：每位客户、每个截止日一个值。键就是 `zhiyin classify` 各种输出格式里的列名，排在 `customer_id` 之后。输出里金额用元（123.45），日期为 YYYY-MM-DD，未知为空。分类的结果列以[分类](classifications.zh-CN.md)的键命名。"),
    ] {
        page(name, format!("# {title}\n\n{about}\n\n{}", features_table(lang)));
    }
}

#[test]
fn reference_of_classifications() {
    for (lang, name, title, segments, cells) in [
        (Lang::En, "classifications.md", "Classifications", "Segment templates", "RFM 11: all 125 cells"),
        (Lang::Zh, "classifications.zh-CN.md", "分类", "人群模板", "RFM 11：全部 125 格"),
    ] {
        let text = format!(
            "# {title}\n\n{}\n## {segments}\n\n{}\n## {cells}\n\n{}",
            classifications_table(lang),
            segments_table(lang),
            rfm_11_table(lang)
        );
        page(name, text);
    }
}
