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
    ("One customer", "一位客户"),
    ("Records of the business's own kinds", "本企业自定义的记录"),
    ("Bring a whole file into an object; it is one change and can be undone for 30 days", "把整个文件导入一个对象；算一次改动，30 天内可以撤回"),
    ("The object: its name, or obj_…", "对象：名称，或 obj_…"),
    ("The file: .csv or .xlsx; - for standard input", "文件：.csv 或 .xlsx；- 为标准输入"),
    ("The field a column fills, HEADING=FIELD; nothing behind the sign leaves the column out (else as the headings say)", "某一列对应的字段，写成 列=字段；等号后留空则不导入该列（默认按列名对应）"),
    ("The field that says which record a row is of: what is there is changed (else a row that says what a record says is that record, any other is new)", "用哪个字段对应已有记录：已有的会被修改（不指定时，内容与已有记录相同的行算同一条，其余算新记录）"),
    ("The sheet of a workbook (else the first with rows)", "工作簿里的工作表（默认第一张有数据的）"),
    ("Write the rows that do not fit, with the reason, as CSV", "把不能导入的行连同原因写成 CSV"),
    ("Erase a person for good: what only tells of them goes from everywhere, amounts stay under a number that leads to nobody", "永久删除一个人：只与其有关的内容从各处去掉，金额留在查不到任何人的编号下"),
    ("The customer, cus_…", "客户编号 cus_…"),
    ("The customers, cus_…", "客户编号 cus_…，可写多个"),
    ("Note that customers do not want to be profiled, or have nothing against it any more: who refuses is in no class but the neutral one and in no segment that a rule makes", "记下客户不愿被分析，或不再反对：不愿者只在中性类别里，不进任何按规则的人群"),
    ("Set a field of these customers, or of all a rule finds; it is one change and can be undone for 30 days", "给这些客户或规则找到的所有客户填一个字段：是一次改动，30 天内可撤销"),
    ("The field: city, gender, … or custom.…", "字段：city、gender 等，或 custom.…"),
    ("What it holds from now on; several options with commas between them", "填什么；多个选项用逗号隔开"),
    ("Empty it", "清空"),
    ("Everybody this rule finds", "这条规则找到的所有人"),
    ("Everybody in this segment", "这个人群里的所有人"),
    ("Everybody", "所有客户"),
    ("They have nothing against it any more", "他们不再反对"),
    ("How they said so", "怎么提出的"),
    ("The day they said so, YYYY-MM-DD; today if it is not given", "提出的日期，YYYY-MM-DD；不写就是今天"),
    ("a letter", "来信"),
    ("an e-mail", "邮件"),
    ("on the phone", "电话"),
    ("on a web page or in a chat", "网页或聊天"),
    ("at the counter", "当面"),
    ("Why; it stays in the receipt and names nobody", "原因；会留在回执里，不要写姓名和号码"),
    ("The customer's name or id once more: this cannot be undone", "再写一次姓名或编号：删除后不能恢复"),
    ("Acquisition costs", "获客成本"),
    ("Any file, whatever it holds", "任意文件，自动识别内容"),
    ("Mapping as JSON, made by hand or saved from the web app; used for the files in their order", "列映射 JSON，手写或从网页保存；按文件顺序对应"),
    ("Write the rows that were set aside, with reasons (csv or xlsx; - for standard output)", "写出被拒的行和原因（csv 或 xlsx；- 为标准输出）"),
    ("Open a sample business of 10,000 customers in the browser", "在浏览器里打开 10,000 位客户的示例生意"),
    ("Port on 127.0.0.1", "127.0.0.1 上的端口"),
    ("How many customers", "客户数"),
    ("Seed of the sample", "示例的种子"),
    ("Where to keep it (else the cache folder; made anew when it is from an earlier day)", "放在哪里（否则在缓存目录；隔天会重新生成）"),
    ("Serve the web app and the API", "提供网页与 API 服务"),
    ("Address to listen on", "监听地址"),
    ("The address people type, e.g. https://crm.example.com", "大家输入的地址，如 https://crm.example.com"),
    ("Trusted reverse proxies in front", "前面可信的反向代理层数"),
    ("Further port webhooks may go to, besides 80 and 443 (may be repeated)", "除 80 和 443 外，Webhook 还可以使用的端口（可重复）"),
    ("Place inside the network that webhooks and mail may go to: a host, host:port or network (may be repeated)", "允许 Webhook 和邮件发往的内网位置：主机、主机:端口或网段（可重复）"),
    ("Bring files into a data folder: dry run first, then one commit", "把文件导入数据目录：先试跑，再一次提交"),
    ("Only say what would happen; nothing is written", "只说会发生什么，什么都不写"),
    ("Do not ask before committing", "提交前不询问"),
    ("Were these rows known when they happened? (else: yes for the first load of their kind) What \"as known then\" shows depends on it", "这些行在发生当时就已知吗？（默认：同类数据首次导入为是）决定“当时所知”看到什么"),
    ("Only read and check the files; touch no data folder", "只读取并检查文件，不动数据目录"),
    ("Take a whole import back (imp_…)", "撤销一整次导入（imp_…）"),
    ("Classify the customers of some files in one go, without a server", "不用服务器，一次把文件里的客户分好类"),
    ("Result: .xlsx, .csv, .parquet, .json or .html; - for standard output", "结果：.xlsx、.csv、.parquet、.json 或 .html；- 为标准输出"),
    ("Format of what goes to standard output: csv (also if none is named), xlsx, parquet, json or html", "写到标准输出时的格式：csv（默认）、xlsx、parquet、json 或 html"),
    ("End with 4 if any row was set aside, though the result is written", "有行被搁置时退出码为 4（结果照样写出）"),
    ("Day to classify as of (else the last day with a fact)", "按哪一天分类（否则取最后有数据的一天）"),
    ("Own definitions: a folder made by `zhiyin export`", "自己的定义：`zhiyin export` 生成的目录"),
    ("Count and list the customers of a segment or a rule", "统计并列出一个人群或规则的客户"),
    ("Rule, e.g. 'net_12m >= 5000 and recency_days > 60'", "规则，如 'net_12m >= 5000 and recency_days > 60'"),
    ("File with one rule a line; - for standard input", "每行一条规则的文件；- 为标准输入"),
    ("Key of a saved segment", "已保存人群的键"),
    ("Write its customers: .xlsx, .csv, .parquet, .json; - for standard output", "写出客户：.xlsx、.csv、.parquet、.json；- 为标准输出"),
    ("As of this day (else the last day with a fact)", "按哪一天（否则取最后有数据的一天）"),
    ("Find rows that are one person or company in any table", "在任意表格里找出同一个人或同一家企业的行"),
    ("The table: .csv, .xlsx, .xls, .jsonl, .json or .parquet; - for standard input", "表格：.csv、.xlsx、.xls、.jsonl、.json 或 .parquet；- 为标准输入"),
    ("Column that names the rows (else one that does by its heading and content, else the row's number)", "作行号的列（否则按表头和内容找一列，再否则用行的序号）"),
    ("Where to write the pairs, id_l,id_r,probability: .csv, .xlsx, .parquet or .json; - for standard output", "把成对的行写到哪里，列为 id_l,id_r,probability：.csv、.xlsx、.parquet 或 .json；- 为标准输出"),
    ("List pairs that are one person at least with this probability, 0 to 1", "列出是同一个人的概率不低于此数的成对行，0 到 1"),
    ("Compare exactly these columns", "只比较这些列"),
    ("Compare these columns, too", "也比较这些列"),
    ("Do not compare these columns", "不比较这些列"),
    ("Seed of what is drawn; equal seeds give equal answers", "抽样的种子；种子相同，答案相同"),
    ("List features and classifications with their definitions", "列出特征与分类及其定义"),
    ("Write all definitions as YAML files into a folder, or everything the business has in open files", "把全部定义写成 YAML 文件，或把业务的全部数据写成任何工具都能读的文件"),
    ("Everything the business has, not the definitions alone: into a folder, or an archive if the name ends in .zip", "不只是定义，而是业务的全部数据：写到目录，名字以 .zip 结尾时写成一个压缩包"),
    ("Format of the tables of everything", "全部数据里各表的格式：csv、xlsx、jsonl 或 parquet"),
    ("Bring in everything a business has: what `zhiyin export --everything` wrote, into an empty data folder; - for standard input", "带进一个业务的全部数据：`zhiyin export --everything` 写出的文件，带进空的数据目录；- 为标准输入"),
    ("The folder; - writes one text to standard output", "目录；- 为写成一个文本到标准输出"),
    ("The folder; - reads one text from standard input", "目录；- 为从标准输入读一个文本"),
    ("Read definitions back from a folder", "从目录读回定义"),
    ("Accounts of the people who sign in", "登录知音的账号"),
    ("Set a new password, read from standard input, and sign that person out everywhere", "设置新密码（从标准输入读取），并让此人在各处退出登录"),
    ("E-mail they sign in with (else the only account there is)", "登录用的邮箱（只有一个账号时可省略）"),
    ("List the members and what they may do", "列出成员和各自的权限"),
    ("Add a member; the password is read from standard input", "添加成员；密码从标准输入读取"),
    ("E-mail they sign in with", "登录用的邮箱"),
    ("Their name", "姓名"),
    ("What they may do: owner, manager, analyst, agent or viewer", "角色：owner、manager、analyst、agent 或 viewer"),
    ("Do they see phones, e-mails and other details of people? (else as the role says)", "能否看到客户的电话、邮箱等个人信息（默认按角色）"),
    ("Give a member another role", "改变成员的角色"),
    ("Take a member out: sign them out everywhere and revoke their tokens", "移出成员：在各处退出登录，并撤销其令牌"),
    ("Take a member's second step of signing in away and sign them out everywhere", "取消成员的两步验证，并让其在各处退出登录"),
    ("The log of who did what", "审计日志：谁做了什么"),
    ("Walk the log and say whether every entry is as it was written; note the head it answers down elsewhere", "逐条核对日志是否与写入时一致；请把它给出的末条另存一处"),
    ("Head that was noted down earlier, SEQ:HASH; the log must still hold it", "以前记下的末条，序号:哈希；日志里必须还有它"),
    ("Copy the whole business into one file, while others go on working", "把整个生意备份成一个文件，期间照常工作"),
    ("The file (else zhiyin-<day>-<time>.zip here); - for standard output", "备份文件（默认当前目录的 zhiyin-日期-时间.zip）；- 为标准输出"),
    ("Make a business of a backup, in an empty place, on either database", "从备份恢复到空的地方，两种数据库都可以"),
    ("The backup; - for standard input", "备份文件；- 为标准输入"),
    ("Replace what is there; it is kept aside", "替换已有的内容；原来的保存在一旁"),
    ("Leave API tokens good: for a move, when none was revoked since the backup", "保留 API 令牌：用于搬迁，且备份之后没有撤销过令牌"),
    ("Check the installation and say how to mend what is wrong", "检查安装，并说明怎样修好"),
    ("Write a zip to attach to an issue: no names, no addresses, no secrets", "写一个可附在 issue 里的 zip：没有姓名、地址和密钥"),
    ("Work on this business of the server instead of its first: its name in the address", "改为处理本服务器上的另一家企业：它的地址名"),
    ("Businesses of this server besides the first", "本服务器上除第一家以外的企业"),
    ("List them: state, customers and size on disk", "列出企业：状态、客户数和占用空间"),
    ("Add one at /w/<slug>; prints the link its founder sets it up by", "添加一家企业，地址为 /w/<地址名>；打印创始人建立企业用的链接"),
    ("Its name in the address: 2 to 40 lower-case letters, digits and hyphens; stays for good", "地址名：2 到 40 个小写字母、数字和连字符；以后不能改"),
    ("Its name in the address", "地址名"),
    ("Print a new link for the founder of one that still waits", "为还没建立的企业打印新的链接"),
    ("Serve it no more; nothing is deleted", "停止提供服务；数据都保留"),
    ("Serve an archived one again", "重新为已归档的企业提供服务"),
    ("Print the manual page", "打印手册页"),
    ("Print a completion script", "打印补全脚本"),
    ("For which shell", "哪种 shell"),
];

/// First things to try with each command; shown below its help.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("demo", "zhiyin demo\nzhiyin demo --port 9000 --lang zh-CN", "zhiyin demo\nzhiyin demo --port 9000 --customers 2000"),
    ("serve", "zhiyin serve --data ./data\nzhiyin serve --data ./data --listen 0.0.0.0:8080 --origin https://crm.example.com", "zhiyin serve --data ./data\nzhiyin serve --data ./data --listen 0.0.0.0:8080 --origin https://crm.example.com"),
    ("import", "zhiyin import --data ./data --customers 会员.csv --orders 订单.xlsx\nzhiyin import --data ./data --orders 订单.csv --dry-run --rejects 被拒.csv\nzhiyin import --data ./data --undo imp_… --dry-run\nzhiyin import --data ./new --everything 全部.zip", "zhiyin import --data ./data --customers customers.csv --orders orders.xlsx\nzhiyin import --data ./data --orders orders.csv --dry-run --rejects rejected.csv\nzhiyin import --data ./data --undo imp_… --dry-run\nzhiyin import --data ./new --everything all.zip"),
    ("classify", "zhiyin classify --customers 会员.csv --orders 订单.xlsx --out 结果.xlsx\ncat 订单.csv | zhiyin classify --orders - --out - --quiet > 结果.csv", "zhiyin classify --customers customers.csv --orders orders.xlsx --out result.xlsx\ncat orders.csv | zhiyin classify --orders - --out - --quiet > result.csv"),
    ("segment", "zhiyin segment --data ./data --rule 'net_12m >= 5000 and recency_days > 60' --out 名单.csv", "zhiyin segment --data ./data --rule 'net_12m >= 5000 and recency_days > 60' --out who.csv"),
    ("dedupe", "zhiyin dedupe --input 会员.csv --out 重复.csv\nzhiyin dedupe --input 会员.xlsx --id 编号 --threshold 0.9 --out 重复.xlsx", "zhiyin dedupe --input people.csv --out pairs.csv\nzhiyin dedupe --input people.xlsx --id rec_id --threshold 0.9 --out pairs.xlsx"),
    ("features", "zhiyin features", "zhiyin features"),
    ("export", "zhiyin export --data ./data ./definitions\nzhiyin export --data ./data --everything 全部.zip\nzhiyin export --data ./data --everything --format parquet ./全部", "zhiyin export --data ./data ./definitions\nzhiyin export --data ./data --everything all.zip\nzhiyin export --data ./data --everything --format parquet ./all"),
    ("apply", "zhiyin apply --data ./data ./definitions --dry-run", "zhiyin apply --data ./data ./definitions --dry-run"),
    ("user", "zhiyin user list --data ./data\nzhiyin user add --data ./data --email wang@example.com --name 王芳 --role analyst\nzhiyin user role --data ./data --email wang@example.com --role manager\nzhiyin user password --data ./data --email wang@example.com", "zhiyin user list --data ./data\nzhiyin user add --data ./data --email ann@example.com --name Ann --role analyst\nzhiyin user role --data ./data --email ann@example.com --role manager\nzhiyin user password --data ./data --email ann@example.com"),
    ("business", "zhiyin business add brand-b --data ./data --origin https://crm.example.com\nzhiyin business link brand-b --data ./data\nzhiyin business list --data ./data", "zhiyin business add brand-b --data ./data --origin https://crm.example.com\nzhiyin business link brand-b --data ./data\nzhiyin business list --data ./data"),
    ("customer", "zhiyin customer erase --data ./data cus_… --dry-run\nzhiyin customer erase --data ./data cus_… --reason 本人要求 --confirm cus_…\nzhiyin customer profiling --data ./data cus_… --how phone\nzhiyin customer set --data ./data custom.肤质 --value 油性 --rule 'net > 1000' --dry-run", "zhiyin customer erase --data ./data cus_… --dry-run\nzhiyin customer erase --data ./data cus_… --reason \"asked for it\" --confirm cus_…\nzhiyin customer profiling --data ./data cus_… --how phone\nzhiyin customer set --data ./data custom.skin --value oily --rule 'net > 1000' --dry-run"),
    ("records", "zhiyin records import --data ./data --object 质保 质保.xlsx --dry-run\nzhiyin records import --data ./data --object 质保 质保.csv --map 卡号=客户 --match 质保编号 --rejects 被拒.csv", "zhiyin records import --data ./data --object Warranties warranties.xlsx --dry-run\nzhiyin records import --data ./data --object Warranties warranties.csv --map Card=Customer --match Serial --rejects rejected.csv"),
    ("audit", "zhiyin audit verify --data ./data", "zhiyin audit verify --data ./data"),
    ("backup", "zhiyin backup --data ./data --to 备份.zip\nzhiyin backup --data ./data --to - | age -r age1… > 备份.zip.age", "zhiyin backup --data ./data --to backup.zip\nzhiyin backup --data ./data --to - | age -r age1… > backup.zip.age"),
    ("restore", "zhiyin restore 备份.zip --data ./new --dry-run\nzhiyin restore 备份.zip --data ./new\nzhiyin restore 备份.zip --data ./new --store postgres://…", "zhiyin restore backup.zip --data ./new --dry-run\nzhiyin restore backup.zip --data ./new\nzhiyin restore backup.zip --data ./new --store postgres://…"),
    ("doctor", "zhiyin doctor --data ./data\nzhiyin doctor --data ./data --bundle 诊断.zip", "zhiyin doctor --data ./data\nzhiyin doctor --data ./data --bundle doctor.zip"),
    ("man", "zhiyin man > zhiyin.1 && man ./zhiyin.1", "zhiyin man > zhiyin.1 && man ./zhiyin.1"),
    ("completions", "zhiyin completions bash > /etc/bash_completion.d/zhiyin", "zhiyin completions bash > /etc/bash_completion.d/zhiyin"),
];

/// When an exit code says more than the command's name.
const ENDINGS: &[(&str, &str, &str)] = &[
    ("import", "有行被拒时退出码为 4，其余的行照样导入；--dry-run 和 --parse-only 同样。没有终端可以提问又没有 --yes 时什么都不导入，退出码为 2。", "Ends with 4 when rows were rejected; the others are imported. The same with --dry-run and --parse-only. Where there is no terminal to ask at and no --yes, nothing is imported and it ends with 2."),
    ("records", "有行不能导入时退出码为 4，其余的行照样导入；--dry-run 同样。", "Ends with 4 when rows do not fit; the others are brought. The same with --dry-run."),
    ("doctor", "有要修好的（⚠）退出码为 10，有坏了的（✗）为 1。", "Ends with 10 when something should be mended (⚠), with 1 when something is broken (✗)."),
    ("classify", "写出了结果就是 0，即使有行被搁置（行数在 --json、报告和标准错误里）；一行都不能用时是 4；--strict 时有行被搁置就是 4。", "Ends with 0 when the result was written, even if rows were set aside (--json, the report and standard error count them); with 4 when no row could be used, or with --strict when any was set aside."),
];

/// Examples of a command, one a line.
pub fn examples(command: &str, lang: Lang) -> Option<&'static str> {
    EXAMPLES.iter().find(|(name, ..)| *name == command).map(|(_, zh, en)| lang.pick(zh, en))
}

/// What its exit code says beyond the list.
pub fn ending(command: &str, lang: Lang) -> Option<&'static str> {
    ENDINGS.iter().find(|(name, ..)| *name == command).map(|(_, zh, en)| lang.pick(zh, en))
}

/// Help in the reader's language.
pub fn localise(command: Command, lang: Lang) -> Command {
    let below = |c: Command| {
        let name = c.get_name().to_owned();
        let examples = examples(&name, lang).map(|e| format!("{}\n  {}", lang.pick("例如：", "Examples:"), e.replace('\n', "\n  ")));
        let parts = [examples, ending(&name, lang).map(str::to_owned)];
        c.after_help(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
    };
    let command = command.mut_subcommands(below).after_help(codes(lang));
    if lang == Lang::En { command } else { chinese(command) }
}

/// What the parser itself writes around our words, in the reader's language.
pub fn frame(text: &str, lang: Lang) -> String {
    const FRAME: &[(&str, &str)] = &[
        ("Usage: ", "用法："),
        ("Usage:", "用法："),
        ("Commands:", "命令："),
        ("Arguments:", "参数："),
        ("Options:", "选项："),
        ("Possible values:", "可选值："),
        ("Print help (see more with '--help')", "显示帮助（--help 更详细）"),
        ("Print help (see a summary with '-h')", "显示帮助（-h 为摘要）"),
        ("Print help", "显示帮助"),
        ("Print version", "显示版本"),
        ("[OPTIONS]", "[选项]"),
        ("<COMMAND>", "<命令>"),
        ("[COMMAND]", "[命令]"),
        ("[default: ", "[默认："),
        ("[env: ", "[环境变量："),
        ("[possible values: ", "[可选值："),
    ];
    match lang {
        Lang::En => text.to_owned(),
        Lang::Zh => FRAME.iter().fold(text.to_owned(), |text, (en, zh)| text.replace(en, zh)),
    }
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
        let command = localise(crate::args::Cli::command(), Lang::Zh);
        for mut sub in command.get_subcommands().cloned() {
            let text = frame(&sub.render_long_help().to_string(), Lang::Zh);
            for english in ["Usage", "Options:", "Commands:", "Arguments:", "Print help", "default:", "env:", "values:", "Examples"] {
                assert!(!text.contains(english), "{english} in the Chinese help of {}: {text}", sub.get_name());
            }
        }
    }

    #[test]
    fn every_command_has_its_examples() {
        for sub in crate::args::Cli::command().get_subcommands() {
            let name = sub.get_name();
            let en = examples(name, Lang::En).unwrap_or_else(|| panic!("no example of {name}"));
            for line in en.lines().chain(examples(name, Lang::Zh).unwrap_or_default().lines()) {
                assert!(line.contains(&format!("zhiyin {name}")), "{line}");
            }
        }
    }

    #[test]
    fn whatever_writes_can_be_tried_first() {
        let command = crate::args::Cli::command();
        let mut all: Vec<&Command> = command.get_subcommands().collect();
        all.extend(command.get_subcommands().flat_map(Command::get_subcommands));
        // these write nothing but their answer; a server is no single write
        let read = ["serve", "features", "completions", "man", "user", "business", "customer", "records", "list", "audit", "verify"];
        for c in all.into_iter().filter(|c| !read.contains(&c.get_name())) {
            assert!(c.get_arguments().any(|a| a.get_id() == "dry_run"), "{} has no --dry-run", c.get_name());
        }
    }
}
