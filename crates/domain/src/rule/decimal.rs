//! Numbers as people write them, exactly: a literal is the decimal it prints as, not its binary neighbour.

use crate::money::div_half_even;

/// Mantissa and number of decimals of the shortest text of `x`: 1.015 → (1015, 3). `None` if not finite or too long.
fn parts(x: f64) -> Option<(i128, u32)> {
    if !x.is_finite() {
        return None;
    }
    let text = format!("{x}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = u32::try_from(fraction.len()).ok().filter(|d| *d <= 30)?;
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some((mantissa, digits))
}

/// Major units as written → minor units, halves to even: (1.015, 2 digits) → 102.
pub(crate) fn minor(x: f64, digits: u32) -> Option<i64> {
    let (mantissa, decimals) = parts(x)?;
    let scaled = mantissa.checked_mul(10i128.checked_pow(digits)?)?;
    i64::try_from(div_half_even(scaled, 10i128.checked_pow(decimals)?)).ok()
}

/// `⌈percent/100 · n⌉` without binary rounding: 0.07 % of 10,000 is 7, not 8.
pub(super) fn share_ceil(percent: f64, n: usize) -> Option<usize> {
    let (mantissa, decimals) = parts(percent)?;
    let top = mantissa.checked_mul(i128::try_from(n).ok()?)?;
    let below = 10i128.checked_pow(decimals)?.checked_mul(100)?;
    usize::try_from(top.checked_add(below - 1)?.div_euclid(below)).ok()
}
