//! When a failed job is tried again: min(2^attempt × base, cap) ± 20 %.

use crate::domain::ids::JobId;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    pub base: Duration,
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(1), cap: Duration::from_secs(3600) }
    }
}

impl Backoff {
    /// The wait after a failed attempt (from 1). The spread follows from the job's id, so that jobs that failed
    /// together do not come back together, and that a test sees the same wait every time.
    pub fn wait(&self, job: JobId, attempt: i64) -> Duration {
        let doublings = u32::try_from(attempt.clamp(0, 31)).unwrap_or(0);
        let plain = self.base.saturating_mul(1 << doublings).min(self.cap);
        let permille = 800 + mixed(job, attempt) % 401;
        plain.mul_f64(permille as f64 / 1000.0)
    }
}

/// The id's random half and the attempt, well stirred (SplitMix64).
fn mixed(job: JobId, attempt: i64) -> u64 {
    let (_, random) = job.0.as_u64_pair();
    let mut z = random.wrapping_add((attempt as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn within_a_fifth_of_the_doubled_base_and_never_far_past_the_cap(id in any::<u128>(), attempt in 1_i64..100) {
            let backoff = Backoff::default();
            let wait = backoff.wait(JobId(uuid::Uuid::from_u128(id)), attempt).as_secs_f64();
            let plain = 2_f64.powi(attempt.min(31) as i32).min(3600.0);
            prop_assert!(wait >= plain * 0.799 && wait <= plain * 1.201, "{wait} of {plain}");
        }
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let waits: std::collections::BTreeSet<_> =
            (0..50).map(|n| Backoff::default().wait(JobId(uuid::Uuid::from_u128(n)), 3)).collect();
        assert!(waits.len() > 40, "{}", waits.len());
    }
}
