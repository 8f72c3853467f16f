//! A few functions of numbers the engine is built without.

use datafusion::{
    arrow::{array::{Array, ArrayRef, AsArray, Float64Array}, datatypes::{DataType, Float64Type, Int64Type}},
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility},
    prelude::SessionContext,
};
use std::sync::Arc;

#[derive(Debug, PartialEq, Eq, Hash)]
struct Maths {
    name: &'static str,
    signature: Signature,
}

impl ScalarUDFImpl for Maths {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(numbers) = arrays.first().map(|a| a.as_primitive::<Float64Type>()) else { return Ok(ColumnarValue::Array(Arc::new(Float64Array::new_null(0)))) };
        let places = arrays.get(1).map(|a| a.as_primitive::<Int64Type>());
        let of = |i: usize| -> Option<f64> {
            let x = (!numbers.is_null(i)).then(|| numbers.value(i))?;
            Some(match self.name {
                "abs" => x.abs(),
                "floor" => x.floor(),
                "ceil" => x.ceil(),
                "sqrt" => x.sqrt(),
                "ln" => x.ln(),
                "exp" => x.exp(),
                _ => {
                    let digits = match places {
                        Some(p) if p.is_null(i) => return None,
                        Some(p) => p.value(i).clamp(-15, 15) as i32,
                        None => 0,
                    };
                    let unit = 10f64.powi(digits);
                    (x * unit).round() / unit
                }
            })
        };
        let array: ArrayRef = Arc::new(Float64Array::from_iter((0..numbers.len()).map(of)));
        Ok(ColumnarValue::Array(array))
    }
}

/// Makes them known.
pub(super) fn register(context: &SessionContext) {
    let one = TypeSignature::Exact(vec![DataType::Float64]);
    let two = TypeSignature::Exact(vec![DataType::Float64, DataType::Int64]);
    for name in ["abs", "floor", "ceil", "sqrt", "ln", "exp", "round"] {
        let signature = if name == "round" { Signature::one_of(vec![one.clone(), two.clone()], Volatility::Immutable) } else { Signature::new(one.clone(), Volatility::Immutable) };
        context.register_udf(ScalarUDF::new_from_impl(Maths { name, signature }));
    }
}
