//! The figures of the workspace and of its departments.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::metrics::{Metrics, MetricsFilter};
use leptos::prelude::*;

/// What happened in a range of time, and what waits now.
#[server(name = MetricsRead, prefix = "/api/fn", endpoint = "metrics/read", protocol = JsonOrForm)]
pub async fn metrics_read(filter: MetricsFilter) -> Result<Metrics, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadAudit, metrics};
    let (state, by) = door::allowed::<ReadAudit>().await?;
    door::answer(metrics::read(&by, &state.db, &filter)).await
}
