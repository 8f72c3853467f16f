//! Money is an integer number of minor units and a currency. There is no float money in the house; every rounding is named.

use serde::{Deserialize, Serialize};

/// ISO 4217 code, upper case, e.g. `CNY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Codes of ISO 4217 in use for payments (2026), without funds, metals and test codes.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP \
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR \
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN \
    NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

impl Currency {
    /// Chinese yuan.
    pub const CNY: Currency = Currency(*b"CNY");
    /// US dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// A code of the list, in any case.
    pub fn parse(text: &str) -> Option<Currency> {
        let bytes: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
        let code = bytes.map(|b| b.to_ascii_uppercase());
        let known = CODES.split(' ').any(|c| c.as_bytes() == code);
        known.then_some(Currency(code))
    }

    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point (ISO 4217): 0 for JPY, KRW, VND …, 3 for BHD, KWD …, 4 for CLF and UYW, else 2.
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV"
            | b"XAF" | b"XOF" | b"XPF" => 0,
            b"CLF" | b"UYW" => 4,
            b"BHD" | b"KWD" | b"OMR" | b"JOD" | b"TND" | b"IQD" | b"LYD" => 3,
            _ => 2,
        }
    }

    /// Minor units in one major unit: 100 for CNY.
    pub fn scale(self) -> i64 {
        10i64.pow(self.digits())
    }

    /// The sign people write: `¥`, `$`, `€`, `£`, else the code and a space.
    pub fn symbol(&self) -> String {
        match &self.0 {
            b"CNY" | b"JPY" => "¥".into(),
            b"USD" => "$".into(),
            b"EUR" => "€".into(),
            b"GBP" => "£".into(),
            b"HKD" => "HK$".into(),
            b"TWD" => "NT$".into(),
            b"KRW" => "₩".into(),
            _ => format!("{} ", self.code()),
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Currency::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not an ISO 4217 code: {text}")))
    }
}

/// An amount in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units (cents, 分).
    pub minor: i64,
    /// ISO 4217 currency.
    pub currency: Currency,
}

impl Money {
    /// `1234.5` CNY for 123450 minor units; always as many decimals as the currency has.
    pub fn decimal(self) -> String {
        decimal(self.minor, self.currency.digits())
    }
}

/// Minor units as a decimal text with `digits` decimals: `(-5, 2)` → `-0.05`.
pub fn decimal(minor: i64, digits: u32) -> String {
    if digits == 0 {
        return minor.to_string();
    }
    let scale = 10u64.pow(digits);
    let abs = minor.unsigned_abs();
    format!("{}{}.{:0width$}", if minor < 0 { "-" } else { "" }, abs / scale, abs % scale, width = digits as usize)
}

/// `a ÷ b` to the nearest integer, halves to even ("banker's rounding"). `b` must not be 0.
pub fn div_half_even(a: i128, b: i128) -> i128 {
    let (q, r) = (a.div_euclid(b), a.rem_euclid(b));
    let twice = r * 2;
    let size = b.abs();
    // div_euclid floors for b > 0 and gives a non-negative remainder for either sign.
    let up = twice > size || (twice == size && q % 2 != 0);
    if up { q + b.signum() } else { q }
}
