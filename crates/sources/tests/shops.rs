//! Orders as the large marketplaces export them: Shopify, Taobao and Tmall, JD, Youzan, Weidian, Pinduoduo, Douyin. The heads are theirs.

use domain::{
    Currency, Zone,
    identity::IdentifierKind::{Email, Member, Phone},
    record::{LineRecord, OrderRecord, Record, RefundRecord},
};
use sources::{Code, Kind, Options, Probe, Reject, probe, read};
use std::ops::ControlFlow;

struct Seen {
    probe: Probe,
    orders: Vec<OrderRecord>,
    lines: Vec<LineRecord>,
    refunds: Vec<RefundRecord>,
    rejects: Vec<Reject>,
}

impl Seen {
    fn target(&self, header: &str) -> String {
        self.probe.mapping.columns.iter().find(|c| c.header == header).map(|c| c.target.name()).unwrap_or_default()
    }

    fn guessed(&self, code: Code) -> bool {
        self.probe.guesses.iter().any(|g| g.code == code)
    }

    /// Order numbers and what was paid for them.
    fn paid(&self) -> Vec<(&str, i64)> {
        self.orders.iter().map(|o| (o.order_id.as_str(), o.paid)).collect()
    }
}

fn look(text: &str, currency: &str) -> Seen {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut options = Options::new(&zone, Currency::parse(currency).unwrap());
    options.name = Some("file.csv");
    let probe = probe(file.path(), &options).unwrap();
    let mut seen = Seen { probe, orders: Vec::new(), lines: Vec::new(), refunds: Vec::new(), rejects: Vec::new() };
    let mapping = seen.probe.mapping.clone();
    read(file.path(), &mapping, &mut |batch| {
        for record in batch.rows.into_iter().flat_map(|r| r.1) {
            match record {
                Record::Order(o) => seen.orders.push(o),
                Record::Line(l) => seen.lines.push(l),
                Record::Refund(r) => seen.refunds.push(r),
                _ => {}
            }
        }
        seen.rejects.extend(batch.rejects);
        ControlFlow::Continue(())
    })
    .unwrap();
    seen
}

#[test]
fn shopify() {
    let seen = look(
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Cancelled at,Refunded Amount\n\
         #1001,a@x.com,paid,2024-01-02 10:00:00 +0800,fulfilled,,yes,USD,50.00,5.00,0.00,55.00,,0.00,Std,2024-01-02 09:59:00 +0800,1,Tea,20.00,T1,Amy,,0.00\n\
         #1001,a@x.com,,,,,,,,,,,,,,2024-01-02 09:59:00 +0800,2,Cup,15.00,C1,,,\n\
         #1002,b@x.com,refunded,2024-01-03 10:00:00 +0800,fulfilled,,yes,USD,30.00,0.00,0.00,30.00,,0.00,Std,2024-01-03 09:59:00 +0800,1,Pot,30.00,P1,Bob,,30.00\n\
         #1003,a@x.com,partially_refunded,2024-01-05 10:00:00 +0800,fulfilled,,yes,USD,40.00,0.00,0.00,40.00,,0.00,Std,2024-01-05 09:59:00 +0800,2,Tea,20.00,T1,Amy,,20.00\n\
         #1004,c@x.com,pending,,unfulfilled,,no,USD,8.00,0.00,0.00,8.00,,0.00,Std,2024-01-06 09:59:00 +0800,1,Tea,8.00,T1,Cy,,0.00\n\
         #1005,c@x.com,voided,,unfulfilled,,no,USD,8.00,0.00,0.00,8.00,,0.00,Std,2024-01-07 09:59:00 +0800,1,Tea,8.00,T1,Cy,2024-01-07 10:00:00 +0800,0.00\n",
        "USD",
    );
    assert_eq!(seen.probe.mapping.kinds, [Kind::Customer, Kind::Order, Kind::Line, Kind::Refund]);
    assert_eq!((seen.target("Name").as_str(), seen.target("Created at").as_str(), seen.target("Billing Name").as_str()), ("order.id", "order.at", "customer.name"));
    assert!(seen.rejects.is_empty() && seen.guessed(Code::GuessContinued));
    assert_eq!(seen.paid(), [("#1001", 5500), ("#1002", 3000), ("#1003", 4000), ("#1004", 800), ("#1005", 800)]);
    assert_eq!(seen.orders.iter().map(|o| o.cancelled).collect::<Vec<_>>(), [false, false, false, false, true]);
    assert_eq!(seen.orders[3].day.to_string(), "2024-01-06", "an order not yet paid has the day it was made");
    let lines: Vec<_> = seen.lines.iter().map(|l| (l.order_id.as_str(), l.product.as_deref().unwrap(), l.quantity, l.paid, l.at.is_some())).collect();
    assert_eq!(lines[..2], [("#1001", "T1", 1.0, 2000, true), ("#1001", "C1", 2.0, 3000, false)]);
    assert_eq!(seen.refunds.iter().map(|r| (r.order_id.as_deref().unwrap(), r.amount, r.by_status)).collect::<Vec<_>>(), [("#1002", 3000, false), ("#1003", 2000, false)]);
}

#[test]
fn the_rest_of_an_order_below_its_first_row() {
    let seen = look(
        "order_id,customer_id,order_date,order_total,product,quantity,price\n1,A,2024-01-01,100,x,1,60\n1,,,,y,2,20\n2,B,2024-01-02,50,x,1,50\n3,B,2024-01-03,70,x,1,60\n3,,,,z,1,10\n",
        "CNY",
    );
    assert_eq!(seen.paid(), [("1", 10_000), ("2", 5000), ("3", 7000)]);
    assert_eq!(seen.lines.iter().map(|l| (l.order_id.as_str(), l.customer.len(), l.paid)).collect::<Vec<_>>(), [("1", 1, 6000), ("1", 0, 4000), ("2", 1, 5000), ("3", 1, 6000), ("3", 0, 1000)]);
    assert!(seen.rejects.is_empty());
}

#[test]
fn taobao_and_tmall() {
    let seen = look(
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,宝贝总数量,退款金额\n\
         =\"1001\",tb_a,a@x.com,100.00,0.00,100.00,95.00,交易成功,王伟,上海市,'13800001111,2024-01-02 10:00:00,2024-01-02 10:01:00,茶,1,2,0\n\
         =\"1002\",tb_b,b@x.com,50.00,0.00,50.00,0.00,交易关闭,张静,北京市,'13900001111,2024-01-03 10:00:00,,杯,1,1,0\n\
         =\"1003\",tb_a,a@x.com,80.00,0.00,80.00,80.00,交易成功,王伟,上海市,'13800001111,2024-01-05 23:59:59,2024-01-06 00:00:10,壶,1,1,30.00\n\
         =\"1004\",tb_c,c@x.com,60.00,0.00,60.00,60.00,买家已付款，等待卖家发货,李敏,广州市,'13700001111,2024-01-07 10:00:00,2024-01-07 10:01:00,茶,1,1,0\n",
        "CNY",
    );
    assert_eq!((seen.target("买家会员名").as_str(), seen.target("联系手机").as_str()), ("customer.member", "customer.phone"));
    assert!(seen.rejects.is_empty() && !seen.guessed(Code::GuessStatusUnknown));
    let who: Vec<(&str, Vec<_>)> = seen.lines.iter().map(|l| (l.customer[0].value.as_str(), l.customer.iter().map(|i| i.kind).collect())).collect();
    assert_eq!(who[0], ("tb_a", vec![Member, Phone]));
    assert_eq!(seen.lines.iter().map(|l| (l.order_id.as_str(), l.paid, l.cancelled)).collect::<Vec<_>>(), [("1001", 9500, false), ("1002", 0, true), ("1003", 8000, false), ("1004", 6000, false)]);
    assert_eq!(seen.refunds.iter().map(|r| (r.order_id.as_deref().unwrap(), r.amount)).collect::<Vec<_>>(), [("1003", 3000)]);
    // with nothing but the member's name, and with the wangwang alone
    for head in ["买家会员名", "买家旺旺", "下单帐号"] {
        let seen = look(&format!("订单编号,{head},买家实际支付金额,订单付款时间\n1001,tb_a,95,2024-01-02 10:00:00\n1002,tb_b,5,2024-01-03 10:00:00\n1003,tb_a,95,2024-01-04 10:00:00\n"), "CNY");
        assert_eq!((seen.rejects.len(), seen.orders.len(), seen.orders[0].customer[0].kind), (0, 3, Member), "{head}");
    }
}

#[test]
fn jd_youzan_weidian_pinduoduo_and_douyin() {
    let jd = look("订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,订单状态,下单帐号,客户姓名,客户地址,联系电话\n1,P1,茶,1,在线支付,2024-01-02 10:00:00,60,100,95,完成,jd_a,王伟,上海,13800001111\n1,P2,杯,2,在线支付,2024-01-02 10:00:00,20,100,95,完成,jd_a,王伟,上海,13800001111\n2,P1,茶,1,在线支付,2024-01-03 10:00:00,60,60,60,已取消,jd_b,张静,北京,13900001111\n", "CNY");
    assert_eq!((jd.target("下单帐号").as_str(), jd.target("客户地址").as_str()), ("customer.member", "ignore"));
    assert_eq!(jd.lines.iter().map(|l| (l.order_id.as_str(), l.quantity, l.cancelled)).collect::<Vec<_>>(), [("1", 1.0, false), ("1", 2.0, false), ("2", 1.0, true)]);
    assert!(jd.rejects.is_empty());
    let youzan = look("订单号,订单状态,订单创建时间,买家付款时间,买家姓名,买家手机号,收货人/提货人,收货人手机号/提货人手机号,订单实付金额,商品名称,商品数量,归属店铺\nE1,交易完成,2024-01-02 10:00:00,2024-01-02 10:01:00,王伟,13800001111,李娜,13900001111,95.00,茶,1,总店\n", "CNY");
    assert_eq!((youzan.target("买家手机号").as_str(), youzan.target("收货人手机号/提货人手机号").as_str(), youzan.target("归属店铺").as_str()), ("customer.phone", "ignore", "order.store"));
    assert_eq!((youzan.rejects.len(), youzan.lines[0].paid), (0, 9500));
    let weidian = look("订单编号,订单状态,下单时间,付款时间,微信昵称,收件人姓名,收件人手机,实付金额(元),商品名称,购买数量\nW1,已完成,2024-01-02 10:00:00,2024-01-02 10:01:00,tea,王伟,13800001111,95.00,茶,1\n", "CNY");
    assert_eq!((weidian.lines[0].customer[0].kind, weidian.lines[0].paid), (Phone, 9500));
    let pinduoduo = look("商品,订单号,订单状态,商品总价(元),店铺优惠折扣(元),用户实付金额(元),商家实收金额(元),商品数量(件),手机,商品id,支付时间\n茶,240102-1,已收货,100,5,95,95,1,13800001111,P1,2024-01-02 10:00:00\n", "CNY");
    assert_eq!((pinduoduo.lines[0].paid, pinduoduo.lines[0].product.as_deref()), (9500, Some("P1")));
    let douyin = look("主订单编号,子订单编号,选购商品,商品数量,商品ID,商品单价,订单应付金额,支付完成时间,收件人手机号,订单状态\n1,1-1,茶,1,P1,60,60,2024-01-02 10:00:00,13800001111,已完成\n1,1-2,杯,2,P2,20,40,2024-01-02 10:00:00,13800001111,已完成\n", "CNY");
    assert_eq!(douyin.lines.iter().map(|l| (l.order_id.as_str(), l.line_no.as_deref().unwrap(), l.paid)).collect::<Vec<_>>(), [("1", "1-1", 6000), ("1", "1-2", 4000)]);
    assert_eq!(look("Order ID,Buyer email,Order date,Amount paid\n1,a@x.com,2024-01-02,5\n", "USD").orders[0].customer[0].kind, Email);
}
