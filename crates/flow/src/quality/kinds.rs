//! The findings there are: a closed set, with what each does to results, how it is mended, and what it costs of the hundred points.

use domain::Label;

/// What a finding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Customers,
    Orders,
    Facts,
    Rows,
    Pairs,
    Days,
    Classifications,
    Segments,
}

impl Unit {
    pub(super) fn key(self) -> &'static str {
        match self {
            Unit::Customers => "customers",
            Unit::Orders => "orders",
            Unit::Facts => "facts",
            Unit::Rows => "rows",
            Unit::Pairs => "pairs",
            Unit::Days => "days",
            Unit::Classifications => "classifications",
            Unit::Segments => "segments",
        }
    }
}

/// A kind of finding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) code: &'static str,
    /// `completeness`, `validity`, `consistency`, `duplicates`, `freshness`, `definitions` or `imports`
    pub(super) group: &'static str,
    pub(super) unit: Unit,
    /// the share from which it is to be looked at, and from which it is bad; below it is only told
    pub(super) warn: f64,
    pub(super) bad: f64,
    /// points lost of the hundred at a share of 1
    pub(super) weight: f64,
    /// it tells details of people
    pub(super) detail: bool,
    /// where it is looked into; without one, the customers it touches are listed
    pub(super) link: Option<&'static str>,
    text: (&'static str, &'static str),
    effect: (&'static str, &'static str),
    mend: (&'static str, &'static str),
}

impl Kind {
    pub(super) fn text(&self) -> Label {
        Label::new(self.text.0, self.text.1)
    }
    pub(super) fn effect(&self) -> Label {
        Label::new(self.effect.0, self.effect.1)
    }
    pub(super) fn mend(&self) -> Label {
        Label::new(self.mend.0, self.mend.1)
    }

    /// What is filled in or not, where it is no feature.
    pub(super) fn field(&self) -> Option<Label> {
        let (zh, en) = match self.code {
            "no_contact" => ("任一联系方式", "Any way to reach them"),
            "no_phone" => ("手机号", "Phone"),
            "no_email" => ("邮箱", "E-mail"),
            "no_name" => ("姓名", "Name"),
            "no_owner" => ("负责人", "Owner"),
            _ => return None,
        };
        Some(Label::new(zh, en))
    }
}

/// By code; a field that is missing (`missing.birthday`) is of the kind `missing`.
pub(super) fn kind(code: &str) -> Option<&'static Kind> {
    let code = code.split_once('.').map_or(code, |(kind, _)| kind);
    KINDS.iter().find(|k| k.code == code)
}

#[allow(clippy::too_many_arguments)]
const fn of(
    (code, group, unit): (&'static str, &'static str, Unit),
    (warn, bad, weight): (f64, f64, f64),
    (detail, link): (bool, Option<&'static str>),
    text: (&'static str, &'static str),
    effect: (&'static str, &'static str),
    mend: (&'static str, &'static str),
) -> Kind {
    Kind { code, group, unit, warn, bad, weight, detail, link, text, effect, mend }
}

const LIST: (bool, Option<&str>) = (false, None);
const DETAIL: (bool, Option<&str>) = (true, None);

const fn at(link: &'static str) -> (bool, Option<&'static str>) {
    (false, Some(link))
}

/// In the order they are told.
pub(super) const KINDS: &[Kind] = &[
    of(("no_contact", "completeness", Unit::Customers), (0.05, 0.5, 20.0), LIST,
        ("没有任何联系方式", "No way to reach them"),
        ("短信、邮件和电话都联系不到他们；再次导入时也认不出来。", "Nobody can text, mail or call them, and the next import does not recognise them."),
        ("从收银或客服系统导出手机号或邮箱，带会员号一起导入。", "Export phones or e-mails from the till or help desk and import them with the customer number.")),
    of(("no_phone", "completeness", Unit::Customers), (0.2, 0.8, 4.0), LIST,
        ("没有手机号", "No phone"),
        ("按手机号查不到他们，发短信时会漏掉。", "They can never be found by phone, and texts leave them out."),
        ("在客户页补上，或导入带会员号和手机号的表。", "Fill it in on the customer's page, or import a table with number and phone.")),
    of(("no_email", "completeness", Unit::Customers), (0.5, 0.95, 2.0), LIST,
        ("没有邮箱", "No e-mail"),
        ("邮件会漏掉他们。", "Mailings leave them out."),
        ("在客户页补上，或导入带会员号和邮箱的表。", "Fill it in on the customer's page, or import a table with number and e-mail.")),
    of(("no_name", "completeness", Unit::Customers), (0.1, 0.8, 4.0), LIST,
        ("没有姓名", "No name"),
        ("名单里只看得到编号，查重也少一个依据。", "Lists show only a number, and the search for duplicates has less to go by."),
        ("在客户页补上，或导入带会员号和姓名的表。", "Fill it in on the customer's page, or import a table with number and name.")),
    of(("no_owner", "completeness", Unit::Customers), (2.0, 2.0, 0.0), (false, Some("/customers?owner=none")),
        ("没有负责人", "No owner"),
        ("没有人被指定跟进他们；不需要负责人的生意可以不管。", "Nobody is named to look after them; a business without owners need not mind."),
        ("在名单里全选后批量指派。", "Select them all in the list and assign an owner.")),
    of(("missing", "completeness", Unit::Customers), (2.0, 2.0, 0.0), LIST,
        ("没有填写", "Missing"),
        ("用到这个字段的分类和人群里，他们归入“未知”，规则选不到他们。", "Classes that use it put them into “not known”, and no rule about it takes them in."),
        ("导入带会员号和这个字段的表，或在名单里、客户页上直接填写。", "Import a table with the customer number and this field, or fill it in in the list or on the customer's page.")),
    of(("phone_improbable", "validity", Unit::Customers), (0.0, 0.02, 20.0), DETAIL,
        ("手机号不像真的", "Phones that cannot be anybody's"),
        ("打不通也收不到短信；凑数的号码还会把不同的人并成一个。", "Calls and texts go nowhere, and made-up numbers make one customer of several people."),
        ("打开名单，向本人核实后在客户页改正。", "Open the list, ask the people and put it right on their pages.")),
    of(("email_improbable", "validity", Unit::Customers), (0.0, 0.02, 15.0), DETAIL,
        ("邮箱不像真的", "E-mail addresses nobody can read"),
        ("邮件会退回，退得多了，别的邮件也会进垃圾箱。", "Mail bounces, and many bounces send other mail to the spam folder."),
        ("打开名单，多半是 .con 之类的手误，在客户页改正。", "Open the list; most are slips like .con. Put them right on the customers' pages.")),
    of(("birthday_impossible", "validity", Unit::Customers), (0.0, 0.02, 10.0), DETAIL,
        ("不可能的生日", "Impossible birthdays"),
        ("年龄小于 0 或大于 120：年龄段、生日关怀都会算错。", "An age below 0 or above 120: age bands and birthday care are wrong."),
        ("导入改正后的生日，同一会员号以新的为准。", "Import corrected birthdays; for the same number the newer one counts.")),
    of(("future_facts", "validity", Unit::Facts), (0.0, 0.01, 60.0), LIST,
        ("日期在今天之后", "Dated after today"),
        ("到那天之前一律不计入，之后又会突然冒出来。", "They do not count until that day comes, and then appear all at once."),
        ("多半是年份写错：改正日期后用同样的单号再导入一次。", "Mostly a mistyped year: correct the date and import again under the same numbers.")),
    of(("early_orders", "validity", Unit::Orders), (0.0, 0.01, 60.0), LIST,
        ("早于生意开始的订单", "Orders before the business began"),
        ("首单日、客龄和复购间隔会被拉得很长。", "First order, age as a customer and gaps between orders become far too long."),
        ("常见于 1900-01-01、1970-01-01 这类默认日期：改正后用同样的订单号再导入。", "Often a default like 1900-01-01 or 1970-01-01: correct it and import again under the same order numbers.")),
    of(("zero_orders", "validity", Unit::Orders), (0.02, 0.2, 5.0), LIST,
        ("金额为零的订单", "Orders of nothing"),
        ("不算有效订单：次数和金额里都没有它们。", "They are no valid orders: neither counts nor sums have them."),
        ("赠品和换货可以不管；漏了金额的，补上后用同样的订单号再导入。", "Gifts and exchanges are fine; where the amount is missing, fill it in and import again under the same number.")),
    of(("negative_orders", "validity", Unit::Orders), (0.0, 0.02, 20.0), LIST,
        ("金额为负、却不是退款的订单", "Negative amounts that are no refunds"),
        ("既不算订单也不冲减金额，净消费额因此偏高。", "They neither count as orders nor lower any sum, so net is too high."),
        ("把它们作为退款导入（退款金额、原订单号）。", "Import them as refunds, with the amount and the order they belong to.")),
    of(("left_blank", "validity", Unit::Rows), (0.01, 0.1, 10.0), at("/imports"),
        ("导入时无法识别而留空的值", "Values left blank because they could not be read"),
        ("行进来了，这些值没有。", "Their rows are in, these values are not."),
        ("打开导入，看是哪一列，改好后再导入一次。", "Open the import, see which column it is, mend it and import again.")),
    of(("currency_mixed", "consistency", Unit::Rows), (0.0, 0.02, 30.0), at("/imports"),
        ("别的币种的行", "Rows in other currencies"),
        ("没有计入：金额只用一种币种。", "They do not count: amounts are in one currency."),
        ("换算成记账币种后再导入。", "Convert them to the reporting currency and import them again.")),
    of(("orders_without_customer", "consistency", Unit::Rows), (0.0, 0.2, 10.0), at("/imports"),
        ("没有客户的行", "Rows without a customer"),
        ("销售额里没有它们，也不知道是谁买的。", "Sales lack them, and nobody knows who bought."),
        ("补上会员号、手机号或卡号后，把被拒绝的行再导入。", "Add the number, phone or card and import the rejected rows again.")),
    of(("waiting", "consistency", Unit::Rows), (0.0, 2.0, 0.0), at("/imports"),
        ("程序已发来、还没入库的行", "Rows posted by programs and not moved yet"),
        ("几秒到几分钟内会自动入库，在那之前不计入。", "They are moved by themselves within seconds or minutes and do not count before."),
        ("一般不用管；长时间不动时看任务页。", "Nothing, usually; if they stay, look at the jobs.")),
    of(("bare_orders", "consistency", Unit::Orders), (0.1, 0.9, 5.0), LIST,
        ("没有明细的订单", "Orders without lines"),
        ("品类偏好、件数和连带都漏掉它们。", "Preferences, pieces and what is bought together leave them out."),
        ("导入这些订单的明细（订单号、商品、数量、实付）。", "Import their lines: order number, product, quantity, paid.")),
    of(("unequal_orders", "consistency", Unit::Orders), (0.01, 0.1, 20.0), LIST,
        ("明细之和与实付不符", "Lines that do not add up to what was paid"),
        ("按订单和按品类看的金额对不上；金额以订单为准。", "Money by order and by product differ; the order's own amount counts."),
        ("多半是漏了明细行或优惠没分摊：补全明细后再导入。", "Mostly missing lines or a discount that was not shared out: complete the lines and import again.")),
    of(("twice_orders", "consistency", Unit::Orders), (0.005, 0.05, 30.0), LIST,
        ("看起来录了两次的订单", "Orders that look entered twice"),
        ("同一客户、同一天、同店、同额、同明细而订单号不同：次数和金额可能多算。", "The same customer, day, shop, amount and lines under another number: counts and sums may be too high."),
        ("打开名单核对；确是重复的，把多出的一张以“已取消”再导入。", "Open the list and compare; import the one too many again as cancelled.")),
    of(("outliers", "consistency", Unit::Orders), (0.0, 0.02, 20.0), LIST,
        ("异常大的金额", "Amounts far beyond the rest"),
        ("一张就能改变平均数和份额。判断方法：对数金额超过上四分位数再加三倍四分位距（Tukey 1977 的外围栏），且至少是上四分位数的 16 倍。", "A single one moves means and shares. By Tukey's outer fence (1977) on logarithms: three quartile distances above the upper quartile, and at least sixteen times it."),
        ("打开名单核对：小数点、币种或批发单。", "Open the list and check for slipped decimals, currencies and wholesale.")),
    of(("duplicates", "duplicates", Unit::Pairs), (0.0, 0.05, 40.0), at("/duplicates"),
        ("可能是同一个人的客户", "Customers who may be one"),
        ("一个人被算成两个：次数和金额分散，新客和流失都偏多。", "One person counts twice: orders and money are spread, and there are too many new and lost."),
        ("在“重复客户”里逐对确认。", "Decide them pair by pair under Duplicates.")),
    of(("stale", "freshness", Unit::Days), (0.0, 0.5, 15.0), at("/imports"),
        ("数据停在几天前", "Nothing new for days"),
        ("“最近”都是相对最后有数据的那天算的：今天的流失、沉睡还看不到。", "“Recent” means before the last day with data: who is lost or dormant today does not show yet."),
        ("导入最近的订单，或让收银程序自动发来。", "Import the latest orders, or let the till post them.")),
    of(("missing_days", "freshness", Unit::Days), (0.0, 0.1, 30.0), at("/imports"),
        ("平时有订单、却一张也没有的日子", "Days without an order where there usually are some"),
        ("多半是漏导了一天：那几天的销售和间隔都不对。", "Mostly a day that was never imported: its sales and the gaps around it are wrong."),
        ("核对这些日子，把缺的订单导入；真歇业可以不管。", "Check these days and import what is missing; days the shop was closed are fine.")),
    of(("single_class", "definitions", Unit::Classifications), (2.0, 2.0, 0.0), at("/classification"),
        ("几乎所有人都在一类的分类", "Classifications that put nearly everybody into one class"),
        ("它分不出人来：多半缺它要用的字段，或门槛不适合这门生意。", "They tell nobody apart: mostly the field they use is missing, or the thresholds do not fit this business."),
        ("补上字段，或打开分类调整门槛。", "Bring the field in, or open the classification and move its thresholds.")),
    of(("empty_segment", "definitions", Unit::Segments), (2.0, 2.0, 0.0), at("/segments"),
        ("没有任何人的人群", "Segments without anybody"),
        ("依赖它的看板和名单都是空的。", "Dashboards and lists built on them are empty."),
        ("打开人群，看是哪个条件把人都挡住了。", "Open the segment and see which condition lets nobody in.")),
    of(("full_segment", "definitions", Unit::Segments), (2.0, 2.0, 0.0), at("/segments"),
        ("所有人都在的人群", "Segments everybody is in"),
        ("它没有选出任何人。", "They choose nobody."),
        ("打开人群，收紧条件。", "Open the segment and tighten its conditions.")),
    of(("rejected", "imports", Unit::Rows), (0.0, 0.05, 30.0), at("/imports"),
        ("导入时被拒绝的行", "Rows that imports set aside"),
        ("它们不在任何数字里；改好再导入的不会自动划掉。", "No figure has them; those mended and imported again are not crossed off."),
        ("打开导入，下载被拒绝的行，改好后再导入。", "Open the import, download the rejected rows, mend them and import them again.")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_codes_of_their_own_and_say_what_they_mean() {
        for (i, k) in KINDS.iter().enumerate() {
            assert!(KINDS.iter().skip(i + 1).all(|o| o.code != k.code), "{}", k.code);
            assert!(k.warn <= k.bad, "{}", k.code);
            for label in [k.text(), k.effect(), k.mend()] {
                assert!(!label.zh.is_empty() && !label.en.is_empty());
            }
            assert_eq!(k.field().is_some(), k.group == "completeness" && k.code != "missing", "{}", k.code);
        }
        assert_eq!(kind("missing.birthday").map(|k| k.code), Some("missing"));
        assert!(kind("nonsense").is_none());
    }
}
