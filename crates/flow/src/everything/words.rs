//! What the tables and columns of facts mean, in both languages.

use domain::table::Table;

/// Name in the files, and meaning.
pub(super) fn table(table: Table) -> (&'static str, &'static str, &'static str) {
    match table {
        Table::Orders => ("orders", "订单（更正过的订单有几行，最后得知的为准）", "orders; a corrected one has several rows, of which the one learnt last counts"),
        Table::Lines => ("order_lines", "订单明细", "lines of orders"),
        Table::Refunds => ("refunds", "退款", "refunds"),
        Table::Interactions => ("interactions", "互动：到店、点击、来电等", "interactions: visits, clicks, calls …"),
        Table::Answers => ("scores", "评分：NPS、满意度等", "scores people gave: NPS, CSAT …"),
        Table::Attributes => ("attributes", "客户的属性和自定义字段，每个值一行；后来的值胜过先前的", "attributes and own fields of customers, one row a value; later values win"),
        Table::Products => ("products", "商品", "products"),
        Table::Costs => ("costs", "获客成本", "what winning customers cost"),
    }
}

/// What a column of a table of facts means.
pub(super) fn of(table: Table, column: &str) -> (&'static str, &'static str) {
    match (table, column) {
        (_, "customer") => ("客户编号（见 customers）", "whose: a number in customers"),
        (_, "row_key") => ("由这一行的内容算出的标记：同样的行再来时认得出", "mark made of the row's content, by which the same row is known when it comes again"),
        (_, "order_key") => ("由订单号算出的标记", "mark made of the order's number"),
        (_, "order_id") => ("订单号", "the order's number"),
        (_, "line_key") => ("明细的标记", "mark of the line"),
        (_, "refund_key") => ("退款的标记", "mark of the refund"),
        (_, "cost_key") => ("成本的标记", "mark of the cost"),
        (_, "at") => ("发生时间", "when it happened"),
        (Table::Attributes, "day") => ("从哪天起有效", "from which day it holds"),
        (_, "day") => ("所属营业日", "business day it belongs to"),
        (_, "recorded_at") => ("得知的时间", "when the business learnt it"),
        (Table::Lines, "paid") => ("这一行实付", "paid for the line"),
        (_, "paid") => ("实付，退款前", "paid, before refunds"),
        (Table::Products, "cost") => ("每件成本", "cost of one piece"),
        (_, "cost") => ("商品成本", "cost of goods"),
        (_, "discount") => ("优惠", "discount"),
        (_, "cancelled") => ("已取消", "cancelled"),
        (_, "channel") => ("渠道", "channel"),
        (_, "store") => ("门店", "shop"),
        (_, "payment") => ("付款方式", "means of payment"),
        (_, "coupon") => ("优惠券", "coupon"),
        (_, "batch") => ("哪次导入带来的（见 imports；0 = 手工填写）", "the import that brought it: a batch in imports"),
        (_, "product") => ("商品编号或名称", "product number or name"),
        (_, "category") => ("品类", "category"),
        (_, "brand") => ("品牌", "brand"),
        (_, "quantity") => ("数量", "pieces"),
        (Table::Refunds, "amount") => ("退款金额", "given back"),
        (_, "amount") => ("金额", "amount"),
        (_, "reason") => ("原因", "reason"),
        (_, "by_status") => ("由订单状态得知，只算其他退款之外的部分", "told by the order's status alone: counts for what other refunds leave"),
        (Table::Interactions, "kind") => ("类型：visit 到店，click 点击，call 来电等", "what: visit, click, call …"),
        (_, "question") => ("问题：nps、csat、ces 或自己的", "the question: nps, csat, ces or an own one"),
        (_, "score") => ("评分", "the score as given"),
        (_, "key") => ("属性的名字，custom. 开头的是自定义字段", "the attribute; custom.… are own fields"),
        (_, "text") => ("值：文字", "its value, if it is a text"),
        (_, "number") => ("值：小数", "its value, if it is a number"),
        (_, "whole") => ("值：整数", "its value, if it is a whole number"),
        (_, "money") => ("值：金额", "its value, if it is an amount"),
        (_, "date") => ("值：日期", "its value, if it is a day"),
        (_, "flag") => ("值：是否；各列都空 = 收回先前的值", "its value, if it is yes or no; all empty: an earlier value is taken back"),
        (_, "name") => ("名称", "name"),
        (_, "price") => ("标价", "list price"),
        (_, "campaign") => ("活动", "campaign"),
        (_, "first_day") => ("第一天", "first day"),
        (_, "last_day") => ("最后一天", "last day"),
        // a test finds the column that has no words
        _ => ("", ""),
    }
}
