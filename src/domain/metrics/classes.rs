//! Durations in classes, so that a median of any range can be had from counts.
//!
//! Class 0 is below a second. From there each class ends at 2^(1/4) of its beginning, and stands for its geometric
//! middle: what is told of a duration is at most 9.1 % (2^(1/8) - 1) from the truth, and of less than a second, half a
//! second.

use std::collections::BTreeMap;

/// Classes in a doubling.
const PER_DOUBLING: f64 = 4.0;
/// The last class, from about 490 days: no approval waits for so long.
const LAST: u8 = 102;

/// The class of a duration in milliseconds.
pub fn class_of(milliseconds: i64) -> u8 {
    if milliseconds < 1_000 {
        return 0;
    }
    let class = (milliseconds as f64 / 1_000.0).log2() * PER_DOUBLING;
    // From 0 to below 256, by the bounds on both sides.
    class.floor().clamp(0.0, f64::from(LAST - 1)) as u8 + 1
}

/// The duration in milliseconds that a class stands for.
pub fn time_of(class: u8) -> i64 {
    match class {
        0 => 500,
        class => (((f64::from(class) - 0.5) / PER_DOUBLING).exp2() * 1_000.0).round() as i64,
    }
}

/// The duration that `share` (0 to 1) of those counted do not exceed (nearest rank), in milliseconds.
pub fn quantile(counts: &BTreeMap<u8, i64>, share: f64) -> Option<i64> {
    let all: i64 = counts.values().sum();
    if all <= 0 {
        return None;
    }
    let rank = ((all as f64 * share).ceil() as i64).clamp(1, all);
    let mut seen = 0;
    for (&class, &count) in counts {
        seen += count;
        if seen >= rank {
            return Some(time_of(class));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rank_is_the_nearest() {
        let counts = BTreeMap::from([(1, 1), (9, 2), (17, 1)]);
        assert_eq!(quantile(&counts, 0.5), Some(time_of(9)));
        assert_eq!(quantile(&counts, 0.95), Some(time_of(17)));
        assert_eq!(quantile(&counts, 0.0), Some(time_of(1)));
        assert_eq!(quantile(&BTreeMap::new(), 0.5), None);
    }

    proptest! {
        #[test]
        fn what_is_told_is_near_the_truth(ms in 1_000_i64..7_776_000_000) {
            let told = time_of(class_of(ms)) as f64;
            prop_assert!((told / ms as f64 - 1.0).abs() < 0.092, "{ms} became {told}");
        }

        #[test]
        fn longer_is_never_a_lower_class(a in 0_i64..7_776_000_000, b in 0_i64..7_776_000_000) {
            prop_assert!(class_of(a.min(b)) <= class_of(a.max(b)));
        }
    }
}
