//! What a header says, in Chinese and English, before we know what the file is about: `金额` may be an order's or a line's.

use crate::{attribute, header};
use hashbrown::HashMap;
use std::sync::OnceLock;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Concept {
    CustomerId,
    /// number of a company: the customer's, where companies buy
    CompanyId,
    Member,
    Phone,
    Email,
    Unionid,
    Name,
    GivenName,
    FamilyName,
    Company,
    CustomerKind,
    /// number of a contact: of no use
    ContactId,
    ContactName,
    Role,
    ContactPhone,
    ContactEmail,
    /// a bare `ID`: whose it is depends on the rest
    Id,
    OrderId,
    /// a bare date or time
    Date,
    OrderDate,
    TimeOfDay,
    Paid,
    /// before discount
    Gross,
    /// a bare amount
    Amount,
    Discount,
    /// cost of goods
    Goods,
    Status,
    /// was the order cancelled: yes or no, or when
    Cancelled,
    Channel,
    Store,
    Payment,
    Coupon,
    Currency,
    LineNo,
    ProductId,
    ProductName,
    /// a bare product, by number or name
    Product,
    Category,
    Brand,
    Quantity,
    Price,
    ListPrice,
    LineAmount,
    RefundId,
    RefundDate,
    RefundAmount,
    Reason,
    TicketId,
    InteractionDate,
    InteractionKind,
    AnswerDate,
    Question,
    Score,
    Nps,
    Csat,
    Ces,
    Comment,
    Campaign,
    From,
    To,
    Spend,
    /// addresses, identity cards: personal and of no use for classes
    Sensitive,
    /// a built-in attribute, by its place in the list
    Attribute(u8),
}

use Concept::*;

const TABLE: &[(Concept, &[&str])] = &[
    (CustomerId, &[
        "客户编号", "客户id", "客户号", "客户代码", "客户编码", "用户id", "用户编号", "用户号", "用户编码", "顾客编号", "顾客id", "买家id", "会员id", "客户", "用户", "買家編號", "客戶編號", "客户标识", "买家编号",
        "customer id", "customer no", "customer number", "customer code", "customerid", "cust id", "customer", "client id", "client", "client no", "client number", "user id", "userid", "user",
        "buyer id", "account id", "account number", "account no", "master id", "shopper id", "person id", "patient id", "unique id", "rec id", "uid", "customer key", "external id", "party id", "subscriber id",
    ]),
    (CompanyId, &[
        "公司编号", "公司id", "公司代码", "公司编码", "企业编号", "企业id", "企业代码", "企业编码", "客户公司编号", "客户企业编号", "单位编号", "单位代码", "组织编号", "组织id", "组织代码", "机构编号", "机构代码", "公司編號", "企業編號",
        "company id", "company no", "company number", "company code", "organization id", "organisation id", "organization no", "organisation no", "organization number", "organisation number", "org id", "org no", "business id", "firm id", "corporate id",
    ]),
    (Member, &["买家会员名", "会员名", "买家旺旺", "旺旺", "旺旺号", "旺旺名", "买家账号", "买家帐号", "买家账户", "下单账号", "下单帐号", "客户账号", "用户账号", "会员账号", "买家支付宝账号", "支付宝账号", "买家支付宝", "买家uid", "买家userid", "openid", "buyer account", "buyer username", "buyer user id", 
        "会员号", "会员编号", "会员卡号", "会员卡", "卡号", "会员编码", "会员代码", "會員編號", "會員號", "会员", "member id", "member no", "member number", "membership id", "membership number", "card number", "card no", "loyalty id",
        "loyalty number", "member", "memberid", "member card",
    ]),
    (Phone, &["联系手机", "联系手机号", "联系电话号码", "买家手机号", "买家电话", "买家联系电话", "收货人手机号", "收件人手机号", "收件人电话", "收货手机", "收货电话", "提货人手机", "提货人手机号", "收货人手机号提货人手机号", "收货人联系方式", "下单人手机", "下单人手机号", "用户手机", "用户手机号", "客户手机号", "客户联系电话", "顾客手机", "顾客手机号", "buyer phone", "shipping phone", "billing phone", 
        "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "客户电话", "客户手机", "会员手机", "会员手机号", "联系方式", "移动电话", "收货人手机", "收货人电话", "收件人手机", "买家手机", "注册手机", "注册手机号", "下单手机号", "手機", "手機號碼", "電話",
        "phone", "phone number", "mobile", "mobile number", "mobile phone", "telephone", "tel", "cell", "cell phone", "cellphone", "customer phone", "contact number", "phone no", "mobile no",
    ]),
    (Email, &["邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "信箱", "客户邮箱", "電子郵件", "email", "e mail", "email address", "mail", "customer email", "e mail address", "user email"]),
    (Unionid, &["unionid", "union id", "微信unionid", "微信id", "wechat id", "wechat unionid"]),
    (Name, &["微信昵称", "买家微信昵称", "用户昵称", "会员昵称", "收件人姓名", "收货人提货人", "下单人", "下单人姓名", "客户昵称", "billing name", 
        "姓名", "客户姓名", "客户名称", "会员姓名", "名字", "用户名", "昵称", "顾客姓名", "收货人", "收货人姓名", "收件人", "用户姓名", "客户名", "会员名称", "買家姓名", "姓名全称", "买家姓名", "买家昵称",
        "name", "customer name", "full name", "client name", "user name", "username", "member name", "buyer name", "fullname", "recipient", "display name",
    ]),
    (GivenName, &["名", "given name", "first name", "firstname", "forename", "givenname"]),
    (FamilyName, &["姓", "姓氏", "surname", "last name", "lastname", "family name"]),
    (Company, &["公司", "公司名称", "企业名称", "单位名称", "公司名", "客户公司", "企业", "机构名称", "公司名稱", "company", "company name", "organisation", "organization", "organization name", "organisation name", "business name", "account name", "employer", "firm"]),
    (CustomerKind, &["客户类型", "客户性质", "类别类型", "个人企业", "customer type", "account type", "customer kind", "client type", "b2b b2c"]),
    (ContactId, &["联系人编号", "联系人id", "联系人编码", "联系人代码", "contact id", "contact code"]),
    (ContactName, &["联系人", "联系人姓名", "联系人名称", "對接人", "对接人", "聯絡人", "contact", "contact name", "contact person", "primary contact"]),
    (Role, &["职务", "职位", "岗位", "联系人职务", "联系人职位", "角色", "role", "position", "contact role", "contact title", "title"]),
    (ContactPhone, &["联系人手机", "联系人电话", "联系人手机号", "联系人联系方式", "contact phone", "contact mobile", "contact tel", "contact phone number"]),
    (ContactEmail, &["联系人邮箱", "联系人邮件", "联系人电子邮箱", "contact email", "contact mail", "contact e mail"]),
    (Id, &["id", "编号", "序列", "編號", "no", "number", "code", "key", "#"]),
    (OrderId, &["合同编号", "合同号", "合同id", "合同编码", "合同单号", "合约编号", "合同編號", "contract id", "contract no", "contract number", "contract code", "contract ref", "deal id", "订单sn", "订单流水", "主订单号", "子订单号", "订单序号", 
        "订单号", "订单编号", "订单id", "单号", "订单", "交易号", "交易编号", "交易单号", "流水号", "交易流水号", "小票号", "小票编号", "发票号", "发票编号", "销售单号", "销售订单", "主订单编号", "子订单编号", "订单号码", "父订单号", "訂單編號", "訂單號", "單號", "原始单号", "订单流水号",
        "order id", "order no", "order number", "order", "orderid", "invoice", "invoice no", "invoice id", "invoice number", "invoiceno", "transaction id", "transaction no", "transaction number", "transaction", "receipt", "receipt no", "receipt number",
        "receipt id", "basket id", "ticket number", "sales order", "order code", "order name", "trans id", "sale id", "order ref", "order reference", "bill no", "check number", "purchase id",
    ]),
    (Date, &["日期", "时间", "日", "年月日", "日期时间", "日期時間", "發生時間", "发生时间", "date", "datetime", "date time", "time", "timestamp", "day", "ts", "at", "event time", "event date"]),
    (OrderDate, &["签约日期", "签约时间", "签订日期", "签订时间", "签署日期", "签署时间", "合同日期", "合同签订日期", "簽約日期", "contract date", "signed date", "date signed", "signing date", "signed at", "signed on", "买家付款时间", "付款确认时间", "支付完成时间", "订单提交时间", "提交订单时间", "订单支付时间", "拍下时间", "下单付款时间", "成单时间", 
        "下单时间", "下单日期", "订单时间", "订单日期", "购买时间", "购买日期", "交易时间", "交易日期", "付款时间", "付款日期", "支付时间", "支付日期", "成交时间", "成交日期", "消费时间", "消费日期", "销售日期", "销售时间", "开单日期", "开单时间", "订单创建时间", "订单付款时间", "结账时间", "下單時間", "訂單日期", "訂單時間", "购物日期", "单据日期",
        "order date", "order time", "ordered at", "order datetime", "purchase date", "purchased at", "purchase time", "transaction date", "transaction time", "invoice date", "invoicedate", "sale date", "sales date", "paid at", "payment date",
        "order created at", "order timestamp", "date of purchase", "purchase timestamp", "order purchase timestamp", "invoice time", "trans date", "bill date", "processed at", "placed at", "order day", "checkout time",
    ]),
    (TimeOfDay, &["时刻", "下单时刻", "交易时刻", "time of day", "order hour", "hour minute", "clock"]),
    (Paid, &["合同金额", "合同总金额", "合同总额", "合同额", "成交总额", "成交总金额", "合同金額", "contract amount", "contract value", "contract total", "deal amount", "deal value", "买家实付", "买家实际支付", "用户实付金额", "用户支付金额", "顾客实付", "买家支付金额", "实付款金额", "订单实际支付金额", "订单实收金额", "结算金额", "应收订单金额", "支付总额", "实际付款", 
        "实付", "实付金额", "实付款", "实收", "实收金额", "支付金额", "付款金额", "买家实际支付金额", "买家实付金额", "实际支付", "实际金额", "成交金额", "成交额", "消费金额", "订单实付", "订单实付金额", "实付总额", "實付金額", "应收金额", "购买金额", "交易金额", "净额",
        "paid", "amount paid", "paid amount", "payment amount", "total paid", "net amount", "net sales", "net total", "payment value", "transaction amount", "purchase amount", "spent", "amount spent", "dollar value", "total price", "grand total", "total due",
        "order paid", "net paid", "sales amount", "money", "turnover amount",
    ]),
    (Gross, &["买家应付货款", "订单应付金额", "商品总金额", "商品金额合计", "商品合计", "货款金额", "订单商品总金额", "商品总额", "订单金额", "订单总额", "总金额", "总价", "订单原价", "应付金额", "商品总价", "原价总额", "合计金额", "訂單金額", "總金額", "order amount", "order total", "gross amount", "gross", "total amount", "subtotal", "order value", "gross sales", "list total"]),
    (Amount, &["金额", "销售额", "价格总计", "總額", "金額", "营业额合计", "amount", "total", "value", "sales", "revenue", "sum", "amt", "price paid"]),
    (Discount, &["优惠总金额", "总优惠", "店铺优惠金额", "卖家优惠金额", "商家优惠", "平台优惠", "优惠", "优惠金额", "折扣", "折扣金额", "减免", "减免金额", "优惠券金额", "满减", "折讓", "discount", "discount amount", "discounts", "rebate", "coupon amount", "discount value"]),
    (Goods, &["成本", "成本价", "商品成本", "单位成本", "单件成本", "进货价", "采购价", "订单成本", "cost", "costs", "unit cost", "cost price", "cogs", "cost of goods", "product cost", "order cost"]),
    (Status, &["订单当前状态", "交易状态名称", "状态", "订单状态", "交易状态", "支付状态", "订单状态名称", "訂單狀態", "status", "order status", "state of order", "transaction status", "payment status", "financial status"]),
    (Cancelled, &["是否取消", "是否作废", "是否关闭", "是否撤销", "已取消", "取消标志", "取消标记", "取消时间", "取消日期", "cancelled", "canceled", "is cancelled", "is canceled", "cancelled at", "canceled at", "cancel date", "cancellation date", "cancelled date", "cancel flag", "cancellation", "is void", "voided"]),
    (Channel, &["渠道", "销售渠道", "订单渠道", "订单来源", "下单渠道", "购买渠道", "平台", "来源平台", "互动渠道", "投放渠道", "评价渠道", "通路", "channel", "sales channel", "order channel", "order source", "platform", "medium", "ticket channel", "marketplace", "touchpoint"]),
    (Store, &["所属店铺", "归属店铺", "下单店铺", "下单网点", "所属门店", "店铺id", "门店", "店铺", "门店名称", "店铺名称", "门店编号", "店名", "分店", "柜台", "網點", "网点", "門店", "store", "shop", "store name", "shop name", "store id", "branch", "outlet", "location", "store code", "shop id"]),
    (Payment, &["支付方式", "付款方式", "支付渠道", "付款渠道", "支付类型", "結帳方式", "payment method", "payment", "payment type", "pay method", "tender", "means of payment"]),
    (Coupon, &["优惠券", "优惠码", "券码", "优惠券编号", "使用优惠券", "促销码", "coupon", "coupon code", "promo code", "promotion code", "voucher", "voucher code", "discount code"]),
    (Currency, &["币种", "货币", "币别", "幣別", "currency", "currency code", "ccy"]),
    (LineNo, &["行号", "明细行号", "明细号", "项次", "子单号", "line no", "line number", "line", "line id", "item no", "line item", "row no", "order line", "seq"]),
    (ProductId, &["宝贝id", "宝贝编码", "商家sku", "商家skuid", "外部系统编号", "商家编码sku维度", "lineitem sku", 
        "商品编号", "商品id", "商品编码", "商品代码", "产品编号", "产品id", "产品编码", "货号", "款号", "条码", "商品条码", "物料编码", "sku编码", "商家编码", "商品货号", "商品編號", "貨號", "规格编码",
        "product id", "product code", "product no", "product number", "sku", "sku id", "sku code", "stock code", "stockcode", "item id", "item code", "item number", "barcode", "ean", "upc", "asin", "article", "article number", "article no", "goods id", "part number",
    ]),
    (ProductName, &["选购商品", "宝贝名称", "商品标题名称", "全部商品名称", "货品标题", "商品信息", 
        "商品名称", "商品名", "产品名称", "产品名", "商品标题", "宝贝标题", "货品名称", "品名", "货物名称", "商品描述", "商品名稱", "菜品", "菜品名称", "product name", "product title", "item name", "item description", "itemdescription", "product description", "goods name", "stock description", "sku name", "lineitem name",
    ]),
    (Product, &["商品", "产品", "货品", "宝贝", "物品", "product", "item", "goods", "product purchased", "description", "items", "product bought"]),
    (Category, &["类目", "品类", "分类", "商品类目", "商品分类", "商品类别", "产品类别", "产品分类", "类别", "一级类目", "大类", "类目名称", "類別", "品類", "category", "product category", "item category", "department", "product type", "product group", "category name", "product line", "cat"]),
    (Brand, &["品牌", "商品品牌", "品牌名称", "牌子", "brand", "product brand", "brand name", "manufacturer", "make"]),
    (Quantity, &["订购数量", "商品件数", "宝贝数量", "下单数量", "商品总数", "商品总件数", "数量", "购买数量", "件数", "商品数量", "销售数量", "购买件数", "宝贝总数量", "訂購數量", "數量", "个数", "quantity", "qty", "units", "count", "pieces", "pcs", "number of items", "quantity ordered", "item count", "number of cds", "volume", "lineitem quantity", "item quantity", "units sold"]),
    (Price, &["京东价", "商品单价元", "成交价", "宝贝价格", "商品成交价", "单价", "价格", "商品单价", "商品价格", "售价", "销售单价", "成交单价", "單價", "單件價格", "unit price", "price", "unitprice", "item price", "price each", "selling price", "price per unit", "lineitem price", "sale price"]),
    (ListPrice, &["标价", "吊牌价", "原价", "零售价", "市场价", "list price", "retail price", "msrp", "standard price", "original price", "rrp"]),
    (LineAmount, &["商品实际成交金额", "商品实付金额", "商品实付", "宝贝实付金额", "明细金额", "行金额", "小计", "商品金额", "商品小计", "行小计", "line amount", "line total", "item total", "line price", "extended price", "item amount", "line value", "subtotal line"]),
    (RefundId, &["退款单号", "退款编号", "退货单号", "售后单号", "退单号", "退款id", "退款流水号", "refund id", "refund no", "refund number", "return id", "return number", "rma", "credit note", "return no"]),
    (RefundDate, &["退款时间", "退款日期", "退货时间", "退货日期", "退款完成时间", "售后时间", "refund date", "refund time", "refunded at", "return date", "returned at", "return time"]),
    (RefundAmount, &["已退款金额", "退款总金额", "售后退款金额", "成功退款金额", "退款金额", "退款", "退货金额", "退款总额", "实退金额", "退费金额", "refund amount", "refund", "refunded amount", "amount refunded", "return amount", "refunded", "refund value", "total refunded"]),
    (Reason, &["退款原因", "退货原因", "原因", "售后原因", "reason", "refund reason", "return reason"]),
    (TicketId, &["工单号", "工单编号", "工单id", "互动编号", "会话id", "通话编号", "答卷编号", "评价编号", "ticket id", "ticket no", "ticket", "case id", "case number", "event id", "interaction id", "session id", "call id", "visit id", "answer id", "response id"]),
    (InteractionDate, &["互动时间", "互动日期", "访问时间", "访问日期", "来电时间", "通话时间", "接触时间", "跟进时间", "拜访时间", "沟通时间", "工单创建时间", "interaction time", "interaction date", "visit time", "visit date", "visited at", "call time", "call date", "contact date", "contacted at", "activity date", "first response time", "ticket date", "opened at", "click time", "ticket created at", "activity time", "last contact date"]),
    (InteractionKind, &["互动类型", "互动方式", "行为", "行为类型", "事件", "事件类型", "事件名称", "接触类型", "跟进方式", "活动类型", "工单类型", "访问类型", "interaction type", "interaction", "event", "event type", "event name", "activity", "activity type", "action", "ticket type", "contact type", "interaction kind", "behavior", "behaviour"]),
    (AnswerDate, &["评价时间", "评价日期", "评分日期", "打分时间", "打分日期", "反馈日期", "填写日期", "问卷日期", "答卷日期", "score date", "rating date", "scored at", "rating time", "nps date", "csat date", "survey time", "答卷时间", "提交时间", "填写时间", "反馈时间", "调查日期", "评分时间", "问卷时间", "answered at", "answer date", "answer time", "response date", "survey date", "submitted at", "feedback date", "review date", "rated at", "time to resolution", "review time", "responded at", "feedback time"]),
    (Question, &["问卷类型", "问卷", "题目", "问题", "指标", "调查类型", "问卷名称", "question", "survey", "survey type", "metric", "questionnaire", "survey name", "question key"]),
    (Score, &["评分", "得分", "分数", "打分", "评价分", "评价得分", "星级", "评价星级", "score", "rating", "stars", "review score", "feedback score", "survey score", "answer", "grade"]),
    (Nps, &["nps", "nps评分", "nps得分", "净推荐值", "推荐意愿", "推荐度", "推荐分", "nps score", "likelihood to recommend", "would recommend", "recommend score"]),
    (Csat, &["csat", "满意度", "满意度评分", "客户满意度", "满意度得分", "服务满意度", "csat score", "satisfaction", "satisfaction score", "customer satisfaction", "customer satisfaction rating", "satisfaction rating", "customer satisfaction score"]),
    (Ces, &["ces", "费力度", "费力度评分", "客户费力度", "ces score", "customer effort score", "effort score", "effort"]),
    (Comment, &["评价内容", "评论", "评论内容", "评价", "反馈", "反馈内容", "意见", "建议", "留言", "备注内容", "comment", "comments", "feedback", "review", "review text", "answer text", "verbatim", "remarks", "suggestion"]),
    (Campaign, &["活动", "活动名称", "推广活动", "投放活动", "计划名称", "广告计划", "campaign", "campaign name", "utm campaign", "ad campaign", "promotion"]),
    (From, &["开始日期", "开始时间", "起始日期", "投放开始", "生效日期", "起始时间", "from", "start date", "start", "from date", "period start", "begin date", "month", "月份", "年月", "first day"]),
    (To, &["结束日期", "结束时间", "截止日期", "投放结束", "截止时间", "to", "end date", "end", "to date", "period end", "until", "last day"]),
    (Spend, &["推广费", "投放成本", "推广成本", "营销成本", "广告成本", "渠道成本", "广告花费金额", "投放花费", "渠道费用", "广告费用", "总花费", "费用", "投放费用", "花费", "推广费用", "消耗", "广告费", "获客成本", "投放金额", "营销费用", "推广花费", "广告花费", "消耗金额", "spend", "spending", "total spend", "total cost", "total costs", "media spend", "channel spend", "spend amount", "ad cost", "ads cost", "ad costs", "campaign cost", "channel cost", "promotion cost", "ad spend", "marketing spend", "acquisition cost", "cac", "expense", "marketing cost", "media cost", "advertising cost", "budget spent"]),
    (Sensitive, &["家庭住址", "居住地址", "联系地址", "英文名", "英文姓名", "昵称", "车牌号", "车牌", "护照", "港澳通行证", "驾驶证号", "银行账号", "开户行", "passport no", "passport number", "licence plate", "license plate", "number plate", "driver license", 
        "客户地址", "收货人地址", "收件人地址", "收件地址", "买家地址", "详细收货地址", "收货地址提货地址", 
        "微信号", "微信", "微信账号", "qq", "qq号", "qq号码", "wechat", "wechat number", "line id", "whatsapp", "telegram", "instagram", "facebook", "身份证", "身份证号", "身份证号码", "证件号", "证件号码", "护照号", "银行卡号", "地址", "详细地址", "收货地址", "家庭地址", "住址", "联系地址", "街道地址", "社保号", "地址1", "地址2", "密码", "通讯地址",
        "address", "address 1", "address 2", "street", "street address", "street number", "address line 1", "address line 2", "home address", "shipping address", "billing address", "ssn", "soc sec id", "social security number", "passport", "passport number",
        "national id", "id card", "id number", "tax id", "iban", "credit card", "credit card number", "password", "shipping address 1", "address1", "address2",
    ]),
];

fn table() -> &'static HashMap<&'static str, Concept> {
    static MAP: OnceLock<HashMap<&'static str, Concept>> = OnceLock::new();
    MAP.get_or_init(|| {
        let mut map = HashMap::new();
        for (concept, headers) in TABLE {
            for header in *headers {
                map.entry(*header).or_insert(*concept);
            }
        }
        for (place, a) in attribute::ALL.iter().enumerate() {
            for header in a.headers {
                map.entry(*header).or_insert(Attribute(u8::try_from(place).unwrap_or(u8::MAX)));
            }
        }
        map
    })
}

/// Prefixes and suffixes that add nothing: `客户性别`, `order_status_name`, `fld_city`.
const EMPTY_HEADS: &[&str] = &["联系", "客户", "用户", "会员", "顾客", "买家", "订单", "商品", "the ", "customer ", "client ", "user ", "member ", "buyer ", "order ", "fld ", "col "];
const EMPTY_TAILS: &[&str] = &["名称", "信息", "字段", "*", " name", " value", " text", " field", " id", " code"];

/// What a header says and how sure that is (0–1).
pub(crate) fn concept(written: &str) -> Option<(Concept, f64)> {
    let key = header::normal(written);
    if key.is_empty() {
        return None;
    }
    let table = table();
    if let Some(found) = table.get(key.as_str()) {
        return Some((*found, 1.0));
    }
    // written without breaks: `orderid`, `unitprice`
    let joined: String = key.split(' ').collect();
    let broken = |k: &str| k.len() >= joined.len() && joined.len() >= 5 && k.contains(' ') && k.split(' ').collect::<String>() == joined;
    // any order: of several the first by name
    if let Some((_, found)) = table.iter().filter(|(k, _)| broken(k)).min_by_key(|(k, _)| **k) {
        return Some((*found, 0.95));
    }
    for head in EMPTY_HEADS {
        if let Some(found) = key.strip_prefix(head).and_then(|rest| table.get(rest)) {
            return Some((*found, 0.8));
        }
    }
    for tail in EMPTY_TAILS {
        if let Some(found) = key.strip_suffix(tail).and_then(|rest| table.get(rest)) {
            return Some((*found, 0.75));
        }
    }
    // a long header that names the thing at its end: `收货人手机号码`, `total amount paid`
    let mut best: Option<(&str, Concept)> = None;
    // any order: the longest wins, of equally long ones the first by name
    for (k, found) in table {
        let long_enough = if k.is_ascii() { k.len() >= 5 && key.strip_suffix(k).is_some_and(|r| r.ends_with(' ')) } else { k.chars().count() >= 3 && key.ends_with(k) };
        if long_enough && best.is_none_or(|(b, _)| k.len() > b.len() || (k.len() == b.len() && *k < b)) {
            best = Some((k, *found));
        }
    }
    best.map(|(_, found)| (found, 0.6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(text: &str) -> Option<Concept> {
        concept(text).map(|x| x.0)
    }

    #[test]
    fn headers_in_both_languages() {
        for (text, want) in [
            ("InvoiceNo", OrderId), ("StockCode", ProductId), ("Description", Product), ("Quantity", Quantity), ("InvoiceDate", OrderDate), ("UnitPrice", Price), ("CustomerID", CustomerId),
            ("订单号", OrderId), ("会员号", Member), ("下单时间", OrderDate), ("实付金额（元）", Paid), ("Member_number", Member), ("itemDescription", ProductName), ("dollar_value", Paid),
            ("Customer Satisfaction Rating", Csat), ("收货人手机号码", Phone), ("orderid", OrderId), ("ＣＵＳＴＯＭＥＲ　ＩＤ", CustomerId), ("退款金额", RefundAmount), ("投放费用", Spend), ("Contact email", ContactEmail), ("Company ID", CompanyId), ("公司编号", CompanyId), ("Contact ID", ContactId), ("合同金额(万元)", Paid),
            ("客户公司编号", CompanyId), ("组织编号", CompanyId), ("account no", CustomerId), ("Company", Company),
        ] {
            assert_eq!(c(text), Some(want), "{text}");
        }
        let gender = attribute::ALL.iter().position(|a| a.key == "gender").unwrap() as u8;
        for text in ["Genre", "性别", "Customer Gender", "gender", "SEX"] {
            assert_eq!(c(text), Some(Attribute(gender)), "{text}");
        }
        for text in ["tenure", "MntWines", "Churn", "Spending Score (1-100)", "euribor3m", "frequency", "饮茶年限"] {
            assert!(c(text).is_none() || text.starts_with("Spending"), "{text} {:?}", c(text));
        }
    }
}
