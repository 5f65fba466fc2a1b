//! `?wait=`: an answer that is held until there is something to say.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;
use utoipa::IntoParams;
use validator::Validate;

#[derive(Debug, Default, Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Wait {
    /// Seconds to hold the answer until there is something new: 1 to 60.
    #[validate(range(min = 1, max = 60, message = "must be between 1 and 60 seconds"))]
    wait: Option<u64>,
}

impl Wait {
    /// Until when, from now on; `None`: it is not held.
    pub fn deadline(&self) -> Option<Instant> {
        self.wait.map(|seconds| Instant::now() + Duration::from_secs(seconds))
    }
}
