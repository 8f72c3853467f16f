//! Every code an error can carry, with what it means and what to do: one list for the messages, `docs/reference/errors.md`
//! (generated from it and compared by a test) and whoever writes scripts.

use domain::Lang;

/// One code, or a family of codes that share their remedy.
#[allow(dead_code, reason = "exit codes and meanings are read by the test that writes the reference")]
pub struct Entry {
    /// stable name; a family ends with `.*`, or begins with `*.`
    pub id: &'static str,
    /// exit codes it comes with
    pub exit: &'static str,
    /// what happened, in Chinese and English
    pub what: (&'static str, &'static str),
    /// what to do
    pub mend: (&'static str, &'static str),
}

impl Entry {
    /// The name its place in the reference has.
    pub fn anchor(&self) -> &'static str {
        self.id.trim_end_matches(".*").trim_start_matches("*.")
    }
}

const fn entry(id: &'static str, exit: &'static str, what: (&'static str, &'static str), mend: (&'static str, &'static str)) -> Entry {
    Entry { id, exit, what, mend }
}

const ASK_AGAIN: (&str, &str) = ("改正后再试", "mend it and try again");
const DOCTOR: (&str, &str) = ("运行 zhiyin doctor；仍不行时附上 zhiyin doctor --bundle 的结果提交 issue", "run `zhiyin doctor`; if that does not help, file an issue with the result of `zhiyin doctor --bundle`");
const WEB: (&str, &str) = ("网页上的输入有误，照提示改", "an entry on a page of the web app does not fit; mend it as it says");

/// All of them, by name.
pub const ALL: &[Entry] = &[
    entry("*.not_found", "5", ("没有这个东西：人群、分类、类别、特征、选项、客户、导入、账号、成员、邀请或令牌", "there is no such segment, classification, class, feature, option, customer, import, account, member, invitation or token"), ("核对名字；zhiyin features 列出特征和分类，zhiyin export 写出全部定义，网页里都看得到", "check the name; `zhiyin features` lists features and classifications, `zhiyin export` writes every definition, and the web app shows them all")),
    entry("access.*", "6", ("没有这项权限，或要给出自己没有的权限", "a permission is lacking, or would be given by somebody who does not have it"), ("请所有者或管理者调整角色", "ask an owner or manager for another role")),
    entry("audit.action", "4", ("没有这种操作", "there is no such action"), WEB),
    entry("audit.broken", "4", ("审计日志被改动、缺条或截断", "the audit log was changed, lacks entries or was cut off"), ("从指出的那一条查起，并与备份对照；数据库在此之后的内容不可信", "look from the entry it names on and compare with a backup; what the database says after it is not to be trusted")),
    entry("audit.head", "4", ("--head 的格式不对", "--head is not written as a head is"), ("用以前核对时给出的“序号:哈希”", "use the place:hash an earlier check answered")),
    entry("backup.damaged", "4", ("备份与它的清单不符：损坏、截断或被改动", "the backup is not what its manifest says: damaged, cut off or changed"), ("换一份备份；用 zhiyin restore --dry-run 核对每一份", "take another backup; check each with `zhiyin restore --dry-run`")),
    entry("backup.stopped", "7 · 130", ("备份或恢复已停止，什么都没有留下", "the backup or restore was stopped; nothing is left of it"), ("再运行同一条命令", "run the same command again")),
    entry("backup.unreadable", "4", ("不是知音的备份，或由更新的版本生成", "it is no backup of Zhiyin, or a newer one made it"), ("核对文件；由更新版本生成的，换用新版本", "check the file; if a newer program made it, use that")),
    entry("business.*", "2 · 4 · 5 · 7", ("--business 用错了命令，地址名不能用、已被使用或没有这家企业，企业已经建立，或它的数据不在", "--business does not go with the command, a name does not fit an address, is taken or is nobody's, the business has its founder already, or its data is not there"), ("zhiyin business list 列出全部；没有数据的用 zhiyin restore --business 恢复备份", "`zhiyin business list` shows them all; where data is missing restore a backup with `zhiyin restore --business`")),
    entry("change.*", "4 · 6 · 7", ("对客户的改动有误、没有权限、名单刚变、后来又改过，或已过 30 天", "a change of customers does not fit or is not permitted, the list has just changed, it was changed again since, or 30 days are over"), WEB),
    entry("classification.*", "4 · 7", ("分类的定义有误，或代号已被占用", "a classification does not fit, or its key is taken"), ("按提示改定义；代号用小写字母、数字和下划线", "mend the definition as it says; a key has lower-case letters, digits and _")),
    entry("config", "3", ("zhiyin.toml 有误", "zhiyin.toml is wrong"), ("改正指出的那一行，或用 --config 换一个文件", "mend the line it names, or name another file with --config")),
    entry("currency", "2", ("--currency 不是货币代码", "--currency is no currency code"), ("用 ISO 4217 的三个字母，如 CNY", "three letters of ISO 4217, such as EUR")),
    entry("dashboard.*", "4 · 6 · 7", ("看板或它的卡片有误、刚被别人修改、数量已满，或还有日期在计算", "a dashboard or one of its tiles does not fit, somebody else just changed it, there are too many, or some days are still being computed"), WEB),
    entry("data", "5", ("数据目录里没有数据", "the data folder holds no data"), ("核对 --data，或先用 zhiyin import 导入", "check --data, or bring files in with `zhiyin import` first")),
    entry("dedupe.*", "2 · 4", ("表里没有这一列、行号重复或为空、没有能比较的列，或阈值不对", "the table has no such column, its row numbers repeat or are missing, nothing can be compared, or the threshold does not fit"), ("核对 --id、--columns、--use 和 --threshold", "check --id, --columns, --use and --threshold")),
    entry("definition.circle", "4", ("定义互相依赖，成了环", "definitions need each other in a ring"), ("去掉其中一个引用", "take one of the references out")),
    entry("definition.in_force", "7", ("这一版与现行版本相同", "this version is what is in force already"), WEB),
    entry("definition.moved", "7", ("定义刚被他人修改", "somebody else just changed definitions"), ("再试一次", "try again")),
    entry("definition.rule", "4", ("定义文件里的规则或公式读不懂", "a rule or formula in a definition file does not parse"), ("改指出的文件", "mend the file it names")),
    entry("definition.unreadable", "4", ("定义文件不合格式", "a definition file does not fit its schema"), ("对照 zhiyin export 写出的 schema.json", "compare it with the schema.json that `zhiyin export` writes")),
    entry("definition.version", "4", ("这个定义没有这一版", "the definition has no such version"), WEB),
    entry("delivery.*", "5 · 7", ("没有这条发送记录，或它还在等待发送", "there is no such delivery, or it still waits to be sent"), WEB),
    entry("demo.folder", "7", ("示例要放的目录里有别的数据", "the folder for the sample holds other data"), ("用 --data 换一个目录", "choose another folder with --data")),
    entry("demo.owner", "1", ("示例的账号没有建成", "the account of the sample was not made"), DOCTOR),
    entry("duplicate.*", "4 · 6 · 7", ("没有这对重复客户，队列刚变，两位已合并，或概率太低不能批量合并", "there is no such pair, the queue has just changed, the two are one already, or the probability is too low to merge unseen"), WEB),
    entry("egress", "3", ("[egress] 里的位置或证书文件读不懂", "a place or the file of certificates under [egress] does not read"), ("位置写作主机、主机:端口或网段；authorities 是 PEM 证书文件", "a place is a host, host:port or network; authorities is a file of certificates in PEM")),
    entry("erasure.*", "2 · 4 · 7", ("删除没有开始：原因是空的或写了姓名号码、确认的文字不对、已经删除过，或有导入正在进行", "an erasure did not begin: the reason is empty or names the person, the confirmation is not theirs, they were erased already, or an import is under way"), ("照提示改；先用 --dry-run 看会删除什么", "mend it as it says; see with --dry-run first what would go")),
    entry("everything.busy", "7", ("数据正在变动", "the data keeps changing"), ("再试一次", "try again")),
    entry("everything.damaged", "4", ("带走的数据与清单不符，或其中一行不合要求", "what was taken away is not what its manifest says, or a row of it does not fit"), ("换一份没有改动过的，或重新导出", "take one that was not changed, or export again")),
    entry("everything.newer", "4", ("由更新版本的知音写成", "a newer Zhiyin wrote it"), ("换用新版本", "use the newer program")),
    entry("everything.not_empty", "7", ("全部数据只能带进空的业务，而这里已经有内容", "everything goes into an empty business only, and this one holds something"), ("新建一个业务（zhiyin business add），或换一个 --data 目录", "add a business (`zhiyin business add`), or use another --data folder")),
    entry("everything.stopped", "7 · 130", ("已停止，什么都没有改变", "it was stopped; nothing changed"), ("再运行同一条命令", "run the same command again")),
    entry("everything.too_large", "4", ("压缩包展开后大得不合理", "the archive unfolds beyond reason"), ("不要导入来历不明的文件", "do not bring in files from nowhere")),
    entry("everything.unreadable", "4", ("不是从知音带走的全部数据", "it is not everything of a business taken from Zhiyin"), ("用 zhiyin export --everything 写出；备份用 zhiyin restore", "write it with `zhiyin export --everything`; a backup goes in with `zhiyin restore`")),
    entry("export.*", "4 · 6 · 7", ("导出的文件还没写好、没有完成、已过期，或要求导出的人已不能导出", "an exported file is not ready, was not finished, is gone, or whoever asked for it may no longer export"), ("看任务页里它的状态；过期或没有完成的重新导出", "look where it stands on the page of jobs; export again what is gone or was not finished")),
    entry("facet.*", "4", ("一次统计的项目太多，或这个字段没有可选的项", "too many facets at a time, or a field that has nothing to choose from"), WEB),
    entry("failed", "1", ("没有完成，原因见消息", "it was not done; the message says why"), DOCTOR),
    entry("feature.*", "4 · 7", ("特征的定义有误，或代号已被占用", "a feature's definition does not fit, or its key is taken"), ("按提示改定义", "mend the definition as it says")),
    entry("field.email", "4", ("不是邮箱地址", "this is no e-mail address"), ASK_AGAIN),
    entry("field.kind", "4", ("字段不能改成这种类型，或选项有误", "a field is not given this kind, or its options do not fit"), WEB),
    entry("field.kind_breaks", "7", ("改了类型，用到这个字段的定义、看板或视图就读不懂了", "with another kind, definitions, dashboards or views that use the field would no longer be understood"), ("先改列出的那些", "change those it names first")),
    entry("field.length", "4", ("太长或是空的", "it is too long, or empty"), ASK_AGAIN),
    entry("field.moved", "7", ("看过之后数据或定义有了变化", "data or definitions changed since it was looked at"), ("再看一遍", "look again")),
    entry("field.password", "4", ("密码要 10 到 256 个字符", "a password has 10 to 256 characters"), ASK_AGAIN),
    entry("file", "1 · 5 · 6", ("文件或目录找不到（5）、没有权限（6）或读写失败（1）", "a file or folder is not there (5), not permitted (6) or cannot be read or written (1)"), ("核对路径和权限，以及磁盘空间", "check the path, its permissions and the disk's space")),
    entry("files", "2", ("没有指定文件", "no file was named"), ("例如 --customers 会员.csv --orders 订单.xlsx", "for example --customers customers.csv --orders orders.xlsx")),
    entry("folder", "5", ("目录不存在", "the folder does not exist"), ("核对路径", "check the path")),
    entry("idempotency.*", "4 · 7", ("Idempotency-Key 不合格式（4）、用于另一个请求（4），或同一个键的请求还在处理、中途断了（7）", "an Idempotency-Key does not fit (4), was used for another request (4), or its request is still being done or was cut short (7)"), ("不同的请求换不同的键；中途断了的先查看是否已生效", "another request takes another key; after one that was cut short, look whether it took effect")),
    entry("import.already_imported", "0", ("相同的内容已经导入过，没有任何改变：zhiyin import 照常结束，--json 里是 \"already\": true", "the same content is in already and nothing changed: `zhiyin import` ends as usual and says `\"already\": true` under --json"), ("不需要做什么；要重新导入请先撤销", "nothing to do; to bring it again, undo it first")),
    entry("import.mappings", "4", ("列映射的份数与文件数不同", "there is not one mapping for each file"), ASK_AGAIN),
    entry("import.no_file", "4", ("没有收到文件", "no file arrived"), WEB),
    entry("import.not_found", "5", ("没有这次导入", "there is no such import"), ("核对编号和 --data：编号由 zhiyin import 结束时给出，网页的导入页列出全部", "check the id and --data: `zhiyin import` gives the id when it ends, and the imports page of the web app lists all")),
    entry("import.not_confirmed", "2", ("没有人同意，什么都没有导入：没有终端可以提问，也没有 --yes", "nobody agreed and nothing was imported: there is no terminal to ask at and no --yes"), ("看过试跑结果后加 --yes 再运行；只想试跑用 --dry-run", "look at the dry run, then run it again with --yes; for a dry run only, --dry-run")),
    entry("import.state", "7", ("导入现在的状态不允许这一步", "the import is not in a state for this"), ("看它现在的状态：网页的导入页，或 --json 的答案", "look where it stands: the imports page, or the answer of --json")),
    entry("import.stopped", "7 · 130", ("导入已停止，什么都没有写入", "the import was stopped; nothing was written"), ("再运行同一条命令", "run the same command again")),
    entry("import.undo_expired", "7", ("已过可撤销的期限（30 天）", "the time for undoing it is over (30 days)"), ("导入更正后的文件：同号的行会更新", "import a corrected file: rows of the same number are updated")),
    entry("interrupted", "130", ("被 Ctrl-C 或终止信号中断", "interrupted by Ctrl-C or a termination signal"), ("再运行同一条命令；没有提交的都没有写入", "run the same command again; nothing uncommitted was written")),
    entry("invitation.*", "4 · 7", ("邀请无效、用过、撤回或过期", "an invitation is not good, was used, taken back or is over"), WEB),
    entry("job.lease_lost", "1", ("另一个进程接手了这项工作", "another process took over this work"), ("不需要做什么", "nothing to do")),
    entry("job.*", "4 · 6 · 7", ("任务已结束、正在进行、属于别人、反复出错而不再尝试，或没有这种任务", "a job is over, is under way, is somebody else's, failed too often to be tried again, or there is no such kind"), ("任务页上写着原因；改正后在那里重试", "the page of jobs says why; mend that and try again there")),
    entry("json", "1", ("答案没能写成 JSON", "the answer could not be written as JSON"), DOCTOR),
    entry("language", "3", ("zhiyin.toml 的 lang 不是会说的语言", "lang in zhiyin.toml is no language it speaks"), ("用 zh-CN 或 en；--lang 也一样", "use zh-CN or en; the same with --lang")),
    entry("lake", "1", ("数据湖读写失败", "the lake cannot be read or written"), DOCTOR),
    entry("lake.foreign", "1", ("数据目录里有别的程序写的内容", "another program wrote into the data folder"), DOCTOR),
    entry("lake.snapshot_gone", "5", ("要看的数据版本已不在", "this version of the data is no longer kept"), ("看更近的一天", "look at a later day")),
    entry("listen", "1", ("无法监听这个地址", "the address cannot be listened on"), ("核对 --listen", "check --listen")),
    entry("mail.*", "4 · 5", ("邮件服务器的主机、端口、发件地址或密码有误，或还没有设置", "the mail server's host, port, sender or password does not fit, or none is set"), WEB),
    entry("mapping", "3", ("--mapping 的文件不是列映射", "the file of --mapping is no mapping"), ("从网页的导入页保存一份来改", "save one from the imports page and change that")),
    entry("member.*", "4 · 7", ("已经是成员，或这是最后一位所有者，或要让所有者看不到个人信息", "somebody is a member already, is the last owner, or an owner would not see personal details"), ("先把另一位成员设为所有者：zhiyin user role --role owner", "make another member an owner first: `zhiyin user role --role owner`")),
    entry("merge.*", "4 · 6 · 7", ("合并的客户或字段不对，或一位是个人、一位是企业", "who is to be merged does not fit, a field is none, or one is a person and the other an organisation"), WEB),
    entry("note.*", "4 · 6", ("备注是空的、太长，或是别人写的", "a note is empty, too long, or somebody else's"), WEB),
    entry("object.*", "4 · 5 · 7", ("对象的表单有误、同名、太多，或刚被别人修改", "the form of an object does not fit, its name is taken, there are too many, or somebody else just changed it"), WEB),
    entry("outbound.free", "7", ("没有被暂停的发送", "nothing is held back"), WEB),
    entry("oidc.*", "4 · 6", ("登录服务的设置有误、没有回应，或没有人以那里的账号为成员", "the sign-in service is not set as it should be or does not answer, or its account is nobody's here"), WEB),
    entry("out", "2", ("--out 没有写、认不出格式，或与别的参数不合", "--out is missing, names no known format, or does not go with the rest"), ("用 .xlsx、.csv、.parquet、.json 或 .html 结尾；写到标准输出用 - 加 --format", "end it with .xlsx, .csv, .parquet, .json or .html; for standard output, - with --format")),
    entry("output.columns", "4", ("列数超过 Excel 的上限", "there are more columns than Excel has"), ("写成 .csv 或 .parquet", "write .csv or .parquet")),
    entry("output.format", "4", ("这个表不能写成这种格式", "this table cannot be written in this format"), ("换一种格式", "choose another format")),
    entry("password.differs", "4", ("两次输入的密码不一样", "the two passwords do not agree"), ASK_AGAIN),
    entry("password.read", "1", ("读不到密码", "the password cannot be read"), ("从终端输入，或由标准输入的第一行给出", "type it, or give it as the first line of standard input")),
    entry("port", "7", ("端口已被占用", "the port is in use"), ("用 --listen 或 --port 换一个端口", "choose another with --listen or --port")),
    entry("record.*", "2 · 4 · 5 · 7", ("记录有字段没填对、筛选有误、数量超过上限、列与字段对不上，或刚被别人修改、已经撤回", "a field of a record does not fit, a filter does not, there are too many, a column and a field do not go together, or somebody else just changed or undid it"), ("照提示或 params.fields 改", "mend what it says or params.fields names")),
    entry("rejected.too_many", "4", ("被搁置的行超过 Excel 一张表的上限", "more rows were set aside than an Excel sheet holds"), ("--rejects 用 .csv", "use .csv for --rejects")),
    entry("request.*", "4", ("日期、翻页标记、排序或参数名有误，或请求太多", "a day, a page mark, an order or the name of a parameter does not fit, or there were too many requests"), ("日期写作 2026-03-05；参数以 API 文档为准；请求太多时等 Retry-After 所说的秒数", "days are written 2026-03-05; parameters are those of the API's reference; after too many requests wait the seconds of Retry-After")),
    entry("restore.file_differs", "7", ("数据湖里已有同名而内容不同的文件", "the lake has a file of that name with other content"), ("恢复到空的数据目录", "restore into an empty data folder")),
    entry("restore.in_use", "7", ("目标正被另一个 zhiyin 使用", "another zhiyin uses the target"), ("先停下 serve 和其他命令", "stop `serve` and other commands first")),
    entry("restore.lake_file", "7", ("只有数据库的备份要配原来的数据湖，而那里缺文件", "a backup of the database alone needs its own lake, and a file is not there"), ("用 --data 指向原来的数据目录，或用完整的备份", "name the data folder it came from with --data, or use a whole backup")),
    entry("restore.not_empty", "7", ("目标里已经有数据", "there is data in the target already"), ("换一个空目录或空数据库；要替换请加 --replace，原来的会保存在一旁", "choose an empty folder or database; to replace what is there add --replace, it is kept aside")),
    entry("row.*", "4", ("提交的一行不合要求：缺字段、多字段、类型不对或太大", "a posted row does not fit: a field is missing, unknown or of another type, or the row is too large"), ("照 field 和 message 改；字段见 /docs", "mend it as field and message say; /docs lists the fields")),
    entry("rows.*", "4", ("一次提交的行为空、太多，或没有一行可以收下", "the rows of one request are none, too many, or not one of them can be taken in"), ("分批提交；每一行的原因见 params.rejected", "send them in batches; params.rejected says why for each row")),
    entry("rule", "2 · 4", ("没有给规则（2），或规则读不懂、用了没有的名字（4）", "there is no rule (2), or it does not parse or names something unknown (4)"), ("^ 指出的地方改；名字见 zhiyin features", "mend what ^ points at; `zhiyin features` lists the names")),
    entry("sample.*", "7", ("示例数据已经在这里、正在生成，或这里已经有自己的数据", "sample data is here or on its way already, or there is data of one's own"), ("在现有的数据上试用，或先移除它们", "try things with what is here, or remove it first")),
    entry("scale", "4", ("没有这种打分方式", "there is no such way of scoring"), WEB),
    entry("second_factor.*", "4 · 7", ("两步验证码不对，或没有开启", "a code of the second step does not fit, or there is no second step"), ("成员页显示谁开启了两步验证", "the page of members shows who has one")),
    entry("segment.*", "4 · 7", ("人群的定义有误、代号已被占用，或仍被使用", "a segment does not fit, its key is taken, or it is still in use"), ("按提示改", "mend it as it says")),
    entry("serve", "1", ("服务意外结束", "the server ended unexpectedly"), DOCTOR),
    entry("session.form", "1", ("密码不合要求", "the password does not fit"), ASK_AGAIN),
    entry("setup", "1", ("首次启动的链接没有生成", "the link of the first start was not made"), DOCTOR),
    entry("sql.*", "4 · 6 · 7", ("SQL 查询写得不对、用了不允许的写法、太久、太大、行数太多，或是别人的", "a question in SQL does not fit, uses what is not allowed, takes too long or too much, has too many rows, or is somebody else's"), WEB),
    entry("stdin", "2", ("有多处要读标准输入", "more than one thing wants standard input"), ("最多用一个 -，其他写文件名", "use - once at most, name files for the others")),
    entry("stdout", "2", ("有多处要写标准输出", "more than one thing wants standard output"), ("--json 与写到 - 不能同时用；- 最多一个", "--json does not go with writing to -; use - once at most")),
    entry("store.address", "3", ("数据库地址不是 sqlite: 或 postgres:", "the database address is neither sqlite: nor postgres:"), ("核对 --store 和 zhiyin.toml", "check --store and zhiyin.toml")),
    entry("store.busy", "7", ("另一个进程占着数据库", "another process holds the database"), ("稍后再试", "try again in a moment")),
    entry("store.conflict", "7", ("数据刚有变化", "the data just changed"), ("再试一次", "try again")),
    entry("store.database", "1", ("数据库没有完成这一步", "the database could not do this"), DOCTOR),
    entry("store.document", "1", ("存着的文档读不回来", "a stored document does not read back"), DOCTOR),
    entry("store.invalid", "1", ("存储拒绝了这一步", "the store refused this"), DOCTOR),
    entry("store.migration", "1", ("数据库结构没能更新", "the database could not be brought up to date"), DOCTOR),
    entry("store.newer_schema", "3", ("数据库由更新版本的知音写过", "the database was written by a newer Zhiyin"), ("换用新版本", "use a newer program")),
    entry("store.state", "7", ("现在的状态不允许这一步", "it is not in a state for this"), ("看它现在的状态再试", "look where it stands and try again")),
    entry("store.taken", "7", ("名称已被使用", "the name is taken"), ("换一个名称", "choose another")),
    entry("store.unavailable", "8", ("数据库没有回应", "the database does not answer"), ("检查 --store 的地址，以及数据库是否在运行", "check the address of --store, and that the database is running")),
    entry("subscription.*", "4 · 7", ("订阅的时间不对，或还没有设置邮件服务器", "the hour of a subscription does not fit, or no mail server is set yet"), ("几点写 0 到 23；请所有者先在“邮件”中设置邮件服务器", "the hour is 0 to 23; an owner sets the mail server under Mail")),
    entry("tag.*", "4 · 7", ("标签的名称或颜色有误、已被占用，或标签太多", "a tag's name or colour does not fit or is taken, or there are too many"), WEB),
    entry("time_zone", "2", ("没有这个时区", "there is no such time zone"), ("用 IANA 名称，如 Asia/Shanghai", "use an IANA name such as Europe/Berlin")),
    entry("timeline.type", "4", ("没有这种事件", "there is no such kind of event"), WEB),
    entry("token.*", "7", ("令牌已经撤销", "the token was taken back before"), WEB),
    entry("upgrade.copy", "1", ("升级前的副本没有做成，数据库没有改动", "the copy before an upgrade could not be made; the database was not changed"), ("让出磁盘空间或权限后再试", "make room or give permission, then try again")),
    entry("usage", "2", ("命令或参数写错了", "the command line does not fit"), ("照提示改；--help 列出参数", "mend it as it says; --help lists the flags")),
    entry("trend.points", "4", ("走势的点数须在 2 到 37 之间", "a trend has from 2 to 37 points"), WEB),
    entry("user.email", "2", ("有多个账号，没有指明哪一个", "there are several accounts and none was named"), ("用 --email 指明", "name one with --email")),
    entry("view.*", "4 · 6 · 7", ("保存的视图有误、是别人的，或太多", "a saved view does not fit, is somebody else's, or there are too many"), WEB),
    entry("webhook.*", "4 · 7", ("Webhook 的网址、事件、人群或分类有误，已停用或太多", "a webhook's address, events, segments or classifications do not fit, it is off, or there are too many"), WEB),
    entry("workspace.settled", "7", ("数据目录已按别的时区或货币记账", "the data folder reckons in another time zone or currency"), ("去掉 --time-zone 和 --currency；或撤销全部导入后再指定；或换一个 --data 目录", "leave --time-zone and --currency out; or undo every import and say them then; or use another --data folder")),
];

/// What is known of a code: its own entry, else its family's.
pub fn lookup(id: &str) -> Option<&'static Entry> {
    let family = |e: &&Entry| match e.id.split_once('*') {
        Some(("", end)) => id.ends_with(end),
        Some((start, _)) => id.starts_with(start),
        None => false,
    };
    let exact = |id: &str| ALL.iter().find(|e| e.id == id);
    // `rule.unknown_feature` is told where `rule` is
    exact(id).or_else(|| ALL.iter().find(family)).or_else(|| exact(id.split('.').next()?))
}

/// Where the reference explains a code. What is wrong with a file (`file_empty`, …) stands there under its own name.
pub fn reference(id: &str, lang: Lang) -> Option<String> {
    let of_files = || sources::Code::parse(id).map(sources::Code::key);
    let anchor = lookup(id).map(Entry::anchor).or_else(of_files)?;
    Some(format!("{}#{anchor}", lang.pick("docs/reference/errors.zh-CN.md", "docs/reference/errors.md")))
}
