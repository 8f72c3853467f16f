//! Help in Chinese: the English text lives with the flags in `args.rs`, its translation here, by the same sentence.

use clap::Command;
use domain::Lang;

/// What the codes of `exit.rs` mean; shown under the help.
pub fn codes(lang: Lang) -> &'static str {
    lang.pick(
        "退出码：0 成功 · 1 失败 · 2 用法 · 3 配置 · 4 数据被拒（或只导入了一部分）· 5 找不到 · 6 无权限 · 7 冲突 · 8 对方不可用 · 10 doctor 有提醒 · 130 中断",
        "Exit codes: 0 ok · 1 failed · 2 usage · 3 config · 4 data rejected (or imported in part) · 5 not found · 6 permission · 7 conflict · 8 unavailable · 10 doctor found warnings · 130 interrupted",
    )
}

const CHINESE: &[(&str, &str)] = &[
    ("Know every customer; treat each one right", "懂每一位客户，善待每一位客户"),
    ("Answer with one JSON document on standard output", "在标准输出给出一个 JSON 文档"),
    ("Say nothing but the answer", "除了答案什么都不说"),
    ("Say more (-vv: everything)", "多说一些（-vv：全部）"),
    ("No colours", "不用颜色"),
    ("Language: zh-CN or en (else LC_ALL, LANG)", "语言：zh-CN 或 en（否则看 LC_ALL、LANG）"),
    ("Configuration file (else ./zhiyin.toml if there is one)", "配置文件（否则用当前目录的 zhiyin.toml）"),
    ("Data folder", "数据目录"),
    ("Database URL: sqlite:… or postgres://… (else zhiyin.db in the data folder)", "数据库 URL：sqlite:… 或 postgres://…（否则是数据目录里的 zhiyin.db）"),
    ("IANA time zone that decides where a business day ends", "决定营业日在哪里结束的 IANA 时区"),
    ("Reporting currency, ISO 4217 (else guessed from the files' currency signs)", "报告货币，ISO 4217（否则按文件里的货币符号推断）"),
    ("People or companies", "个人或企业客户"),
    ("Orders", "订单"),
    ("Order lines", "订单明细"),
    ("Refunds", "退款"),
    ("Visits, clicks, calls", "访问、点击、电话等互动"),
    ("Scores and surveys", "评分与问卷"),
    ("Products", "商品"),
    ("Acquisition costs", "获客成本"),
    ("Any file, whatever it holds", "任意文件，自动识别内容"),
    ("Mapping as JSON, made by hand or saved from the web app; used for the files in their order", "列映射 JSON，手写或从网页保存；按文件顺序对应"),
    ("Write the rows that were set aside, with reasons (csv or xlsx)", "写出被拒的行和原因（csv 或 xlsx）"),
    ("Open a sample business of 10,000 customers in the browser", "在浏览器里打开 10,000 位客户的示例生意"),
    ("Port on 127.0.0.1", "127.0.0.1 上的端口"),
    ("How many customers", "客户数"),
    ("Seed of the sample", "示例的种子"),
    ("Where to keep it (else the cache folder; made anew when it is from an earlier day)", "放在哪里（否则在缓存目录；隔天会重新生成）"),
    ("Serve the web app and the API", "提供网页与 API 服务"),
    ("Address to listen on", "监听地址"),
    ("The address people type, e.g. https://crm.example.com", "大家输入的地址，如 https://crm.example.com"),
    ("Trusted reverse proxies in front", "前面可信的反向代理层数"),
    ("Bring files into a data folder: dry run first, then one commit", "把文件导入数据目录：先试跑，再一次提交"),
    ("Only say what would happen", "只说会发生什么"),
    ("Do not ask before committing", "提交前不询问"),
    ("Were these rows known when they happened? (else: yes for the first load of their kind) What \"as known then\" shows depends on it", "这些行在发生当时就已知吗？（默认：同类数据首次导入为是）决定“当时所知”看到什么"),
    ("Only read and check the files; touch no data folder", "只读取并检查文件，不动数据目录"),
    ("Take a whole import back (imp_…)", "撤销一整次导入（imp_…）"),
    ("Classify the customers of some files in one go, without a server", "不用服务器，一次把文件里的客户分好类"),
    ("Result: .xlsx, .csv, .parquet, .json or .html", "结果：.xlsx、.csv、.parquet、.json 或 .html"),
    ("Day to classify as of (else the last day with a fact)", "按哪一天分类（否则取最后有数据的一天）"),
    ("Own definitions: a folder made by `zhiyin export`", "自己的定义：`zhiyin export` 生成的目录"),
    ("Count and list the customers of a segment or a rule", "统计并列出一个人群或规则的客户"),
    ("Rule, e.g. 'net_12m >= 5000 and recency_days > 60'", "规则，如 'net_12m >= 5000 and recency_days > 60'"),
    ("File with one rule a line", "每行一条规则的文件"),
    ("Key of a saved segment", "已保存人群的键"),
    ("Write its customers: .xlsx, .csv, .parquet, .json", "写出客户：.xlsx、.csv、.parquet、.json"),
    ("As of this day (else the last day with a fact)", "按哪一天（否则取最后有数据的一天）"),
    ("Find rows that are one person or company in any table", "在任意表格里找出同一个人或同一家企业的行"),
    ("The table: .csv, .xlsx, .xls, .jsonl, .json or .parquet", "表格：.csv、.xlsx、.xls、.jsonl、.json 或 .parquet"),
    ("Column that names the rows (else one that does by its heading and content, else the row's number)", "作行号的列（否则按表头和内容找一列，再否则用行的序号）"),
    ("Where to write the pairs, id_l,id_r,probability: .csv, .xlsx, .parquet or .json", "把成对的行写到哪里，列为 id_l,id_r,probability：.csv、.xlsx、.parquet 或 .json"),
    ("List pairs that are one person at least with this probability, 0 to 1", "列出是同一个人的概率不低于此数的成对行，0 到 1"),
    ("Compare exactly these columns", "只比较这些列"),
    ("Compare these columns, too", "也比较这些列"),
    ("Do not compare these columns", "不比较这些列"),
    ("Seed of what is drawn; equal seeds give equal answers", "抽样的种子；种子相同，答案相同"),
    ("List features and classifications with their definitions", "列出特征与分类及其定义"),
    ("Write all definitions as YAML files into a folder", "把全部定义写成 YAML 文件"),
    ("The folder", "目录"),
    ("Read definitions back from a folder", "从目录读回定义"),
    ("Only say what would change", "只说会改变什么"),
    ("Accounts of the people who sign in", "登录知音的账号"),
    ("Set a new password, read from standard input, and sign that person out everywhere", "设置新密码（从标准输入读取），并让此人在各处退出登录"),
    ("E-mail they sign in with (else the only account there is)", "登录用的邮箱（只有一个账号时可省略）"),
    ("Check the installation and say how to mend what is wrong", "检查安装，并说明怎样修好"),
    ("Print a completion script", "打印补全脚本"),
    ("For which shell", "哪种 shell"),
];

/// Help in the reader's language.
pub fn localise(command: Command, lang: Lang) -> Command {
    let command = command.after_help(codes(lang));
    if lang == Lang::En { command } else { chinese(command) }
}

fn translated(text: &str) -> Option<&'static str> {
    CHINESE.iter().find(|(en, _)| *en == text.trim_end_matches('.')).map(|(_, zh)| *zh)
}

fn chinese(command: Command) -> Command {
    let about = command.get_about().map(ToString::to_string);
    let command = match about.as_deref().and_then(translated) {
        Some(zh) => command.about(zh).long_about(zh),
        None => command,
    };
    command
        .mut_args(|arg| match arg.get_help().map(ToString::to_string).as_deref().and_then(translated) {
            Some(zh) => arg.help(zh).long_help(zh),
            None => arg,
        })
        .mut_subcommands(chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn untranslated(command: &Command, out: &mut Vec<String>) {
        let mut look = |text: Option<String>| {
            if let Some(text) = text.filter(|t| translated(t).is_none()) {
                out.push(text);
            }
        };
        look(command.get_about().map(ToString::to_string));
        for arg in command.get_arguments() {
            look(arg.get_help().map(ToString::to_string));
        }
        for sub in command.get_subcommands() {
            untranslated(sub, out);
        }
    }

    #[test]
    fn every_help_text_has_its_chinese() {
        let mut out = Vec::new();
        untranslated(&crate::args::Cli::command(), &mut out);
        assert_eq!(out, Vec::<String>::new());
    }

    #[test]
    fn chinese_help_speaks_chinese() {
        let text = localise(crate::args::Cli::command(), Lang::Zh).render_long_help().to_string();
        assert!(text.contains("懂每一位客户") && text.contains("退出码"), "{text}");
    }
}
