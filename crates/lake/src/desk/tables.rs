//! The facts as a question sees them: of each the version that counts, up to the day, money as people write it, and nothing of how
//! they are kept.

use super::Question;
use crate::{Lake, LakeTable};
use datafusion::{
    arrow::{array::{ArrayRef, AsArray, Int32Array, StringArray}, datatypes::{DataType, Int32Type}},
    catalog::TableProvider,
    common::ScalarValue,
    error::{DataFusionError, Result},
    logical_expr::{ColumnarValue, Expr, ScalarUDF, Volatility, cast, col, create_udf, lit},
    prelude::SessionContext,
};
use domain::{CustomerKey, mask, table::Table};
use std::sync::Arc;

/// A table of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facts {
    /// orders
    Orders,
    /// their lines
    OrderLines,
    /// refunds
    Refunds,
    /// visits, clicks, calls
    Interactions,
    /// answers to surveys
    Answers,
    /// products
    Products,
}

/// A column of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactColumn {
    /// as a question names it
    pub name: &'static str,
    /// as the lake names it
    of: &'static str,
    how: How,
    /// what it is, in Chinese and English
    pub about: (&'static str, &'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// as it is
    Plain,
    /// people wrote it
    Text,
    /// minor units
    Money,
}

const fn plain(name: &'static str, zh: &'static str, en: &'static str) -> FactColumn {
    FactColumn { name, of: name, how: How::Plain, about: (zh, en) }
}

const fn text(name: &'static str, zh: &'static str, en: &'static str) -> FactColumn {
    FactColumn { name, of: name, how: How::Text, about: (zh, en) }
}

const fn money(name: &'static str, zh: &'static str, en: &'static str) -> FactColumn {
    FactColumn { name, of: name, how: How::Money, about: (zh, en) }
}

const CUSTOMER: FactColumn = plain("customer", "客户序号", "the customer's number");
const DAY: FactColumn = plain("day", "日期", "business day");
const AT: FactColumn = plain("at", "时间（UTC）", "when, UTC");
const CHANNEL: FactColumn = text("channel", "渠道", "channel");

impl Facts {
    /// All of them.
    pub const ALL: [Facts; 6] = [Facts::Orders, Facts::OrderLines, Facts::Refunds, Facts::Interactions, Facts::Answers, Facts::Products];

    /// Its name in a question.
    pub fn name(self) -> &'static str {
        match self {
            Facts::Orders => "orders",
            Facts::OrderLines => "order_lines",
            Facts::Refunds => "refunds",
            Facts::Interactions => "interactions",
            Facts::Answers => "answers",
            Facts::Products => "products",
        }
    }

    fn table(self) -> Table {
        match self {
            Facts::Orders => Table::Orders,
            Facts::OrderLines => Table::Lines,
            Facts::Refunds => Table::Refunds,
            Facts::Interactions => Table::Interactions,
            Facts::Answers => Table::Answers,
            Facts::Products => Table::Products,
        }
    }

    /// Its columns.
    pub fn columns(self) -> &'static [FactColumn] {
        match self {
            Facts::Orders => const {
                &[
                    CUSTOMER, text("order_id", "订单号", "order number"), DAY, AT, money("paid", "实付", "paid"), money("cost", "成本", "cost"), money("discount", "优惠", "discount"),
                    plain("cancelled", "已取消", "cancelled"), CHANNEL, text("store", "门店", "shop"), text("payment", "支付方式", "way of paying"), text("coupon", "优惠券", "coupon"),
                ]
            },
            Facts::OrderLines => const {
                &[
                    CUSTOMER, text("order_id", "订单号", "order number"), DAY, AT, text("product", "商品编号", "product"), text("category", "品类", "category"), text("brand", "品牌", "brand"),
                    plain("quantity", "数量", "quantity"), money("paid", "实付", "paid"), money("cost", "成本", "cost"), plain("cancelled", "已取消", "cancelled"), CHANNEL, text("store", "门店", "shop"),
                ]
            },
            Facts::Refunds => const {
                &[
                    CUSTOMER, text("order_id", "订单号", "order number"), DAY, AT, money("amount", "退款", "amount"), text("reason", "原因", "reason"), text("product", "商品编号", "product"),
                    plain("by_status", "只由订单状态得知", "told by an order's status alone"),
                ]
            },
            Facts::Interactions => const { &[CUSTOMER, DAY, AT, text("kind", "种类", "kind"), CHANNEL] },
            Facts::Answers => const { &[CUSTOMER, DAY, AT, text("question", "问题（nps、csat、ces…）", "question: nps, csat, ces, …"), plain("score", "分数", "score"), CHANNEL] },
            Facts::Products => const {
                &[text("product", "商品编号", "product"), text("name", "名称", "name"), text("category", "品类", "category"), text("brand", "品牌", "brand"), money("price", "价格", "price"), money("cost", "成本", "cost")]
            },
        }
    }
}

/// A table of facts for a question.
pub(super) fn view(context: &SessionContext, facts: Facts, q: &Question) -> Result<Arc<dyn TableProvider>> {
    let other = |e: &dyn std::fmt::Display| DataFusionError::Execution(e.to_string());
    let counting = q.lake.counting(facts.table()).map_err(|e| other(&e))?;
    let table = LakeTable::counting(&q.lake.reader().root, facts.table(), &q.lake.snapshot().files, &counting).map_err(|e| other(&e))?;
    let mut frame = context.read_table(Arc::new(table))?;
    if facts != Facts::Products {
        frame = frame.filter(col("day").lt_eq(lit(ScalarValue::Date32(Some(q.as_of.0)))))?;
    }
    let (hide, whose) = (hide(), whose(&q.lake));
    let digits = q.currency.digits() as i8;
    let column = |c: &FactColumn| -> Expr {
        let raw = col(c.of);
        match c.how {
            How::Text if q.masked => hide.call(vec![raw]),
            How::Plain if c.of == CUSTOMER.of => whose.call(vec![raw]),
            How::Plain | How::Text => raw,
            How::Money if digits == 0 => cast(raw, DataType::Decimal128(20, 0)),
            // a hundredth of so many minor units
            How::Money => cast(cast(raw, DataType::Decimal128(20, 0)) * lit(ScalarValue::Decimal128(Some(1), 4, digits)), DataType::Decimal128(20, digits)),
        }
        .alias(c.name)
    };
    Ok(frame.select(facts.columns().iter().map(column))?.into_view())
}

/// What stands for details in texts people wrote. No question calls it by name.
fn hide() -> ScalarUDF {
    let hidden = |args: &[ColumnarValue]| -> Result<ColumnarValue> {
        let Some(first) = args.first() else { return Err(DataFusionError::Internal("nothing to hide".into())) };
        let array = first.to_array(1)?;
        let plain: ArrayRef = datafusion::arrow::compute::cast(&array, &DataType::Utf8)?;
        let texts = plain.as_string::<i32>().iter().map(|t| t.map(|t| mask::text(t).into_owned()));
        Ok(ColumnarValue::Array(Arc::new(StringArray::from_iter(texts))))
    };
    create_udf("hide", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(hidden))
}

/// Who stands for a customer. No question calls it by name.
fn whose(lake: &Lake) -> ScalarUDF {
    let lake = lake.clone();
    let root = move |args: &[ColumnarValue]| -> Result<ColumnarValue> {
        let Some(first) = args.first() else { return Err(DataFusionError::Internal("nobody to stand for".into())) };
        let array = first.to_array(1)?;
        let aliases = lake.aliases();
        if aliases.is_empty() {
            return Ok(ColumnarValue::Array(array));
        }
        let roots: Int32Array = array.as_primitive::<Int32Type>().unary(|c| aliases.root(CustomerKey(c as u32)).0 as i32);
        Ok(ColumnarValue::Array(Arc::new(roots)))
    };
    create_udf("whose", vec![DataType::Int32], DataType::Int32, Volatility::Immutable, Arc::new(root))
}
