//! What an attribute says of many, read once for all of them, is what it says of each who is asked for alone; and what the run says.

use crate::support::{Business, TODAY, attribute_keys};
use domain::{CustomerKey, Value, clock::Instant, feature, merge::Aliases};
use proptest::prelude::*;
use std::sync::Arc;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn of_all_at_once_as_of_each(seed: u64, customers in 65usize..140, files in 1usize..4, ago in 0i32..400) {
        let b = Business::random(seed, customers, 4);
        let root = tempfile::tempdir().unwrap();
        let plain = b.lake(root.path(), (customers * 4).div_ceil(files));
        // every seventh is merged into somebody before them; of one of those what was said does not count
        let key = |n: usize| CustomerKey(n as u32);
        let mut aliases = Aliases::new((7..customers).step_by(7).map(|n| (key(n), key(n / 2))));
        let keys = attribute_keys();
        for attribute in &keys {
            aliases.silence(key(7), attribute, Instant::MAX);
        }
        let roots: Vec<CustomerKey> = (0..customers).map(key).filter(|c| aliases.root(*c) == *c).collect();
        prop_assert!(roots.len() > 50);
        for lake in [plain.merged(Arc::new(aliases)), plain] {
            let who: Vec<CustomerKey> = if lake.aliases().is_empty() { (0..customers).map(key).collect() } else { roots.clone() };
            for attribute in keys.iter().step_by(4) {
                for wanted in [Value::Null, Value::Int(0), Value::Text("北京".into())] {
                    let is = |a: Option<&domain::fact::AttributeFact>| a.map_or(Value::Null, |a| feature::fit(a.value.clone(), domain::ValueType::Text, domain::Currency::CNY)) == wanted;
                    let all = lake.standing(attribute, TODAY.plus(-ago), &who, is).unwrap();
                    for (customer, stand) in who.iter().zip(all) {
                        prop_assert_eq!(lake.standing(attribute, TODAY.plus(-ago), &[*customer], is).unwrap(), vec![stand], "{:?} {}", customer, attribute);
                    }
                }
            }
        }
    }
}
