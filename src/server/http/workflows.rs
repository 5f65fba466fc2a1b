//! Workflows: list, create, read, change, remove; their versions, their text, templates, and starting them; the secrets
//! of their webhooks.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::idempotency::ShownOnce;
use super::problem::ApiResult;
use crate::domain::AppError;
use crate::domain::execution::Execution;
use crate::domain::ids::WorkflowId;
use crate::domain::page::Page;
use crate::domain::params::given;
use crate::domain::workflow::hook::{WorkflowHook, WorkflowSecret};
use crate::domain::workflow::template::{FromTemplate, WorkflowTemplate};
use crate::domain::workflow::{
    Definition, ExecuteWorkflow, NewWorkflow, PatchWorkflow, PublishWorkflow, Workflow, WorkflowDetail,
    WorkflowFilter, WorkflowVersion,
};
use crate::server::services::ctx::{Allowed, ReadWorkflows, RunWorkflows, WriteWorkflows};
use crate::server::services::{executions, fault, workflows};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use validator::Validate;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(templates, from_template))
        .routes(routes!(get, patch, remove))
        .routes(routes!(export))
        .routes(routes!(versions, publish))
        .routes(routes!(execute))
        .routes(routes!(hook, make_secret))
}

/// List workflows, by name; archived ones only when asked for.
#[utoipa::path(get, path = "/workflows", tag = "workflows", operation_id = "workflows_list", params(WorkflowFilter),
    responses((status = 200, description = "A page of workflows", body = Page<Workflow>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Query(filter): Query<WorkflowFilter>,
) -> ApiResult<Json<Page<Workflow>>> {
    Ok(Json(workflows::workflow_list(&by, &state.db, &filter).await?))
}

/// Create a workflow. Its definition is a draft, which may be faulty: `faults` says how, and publishing needs none.
#[utoipa::path(post, path = "/workflows", tag = "workflows", operation_id = "workflows_create",
    request_body = NewWorkflow, responses((status = 201, description = "The new workflow", body = WorkflowDetail)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Json(input): Json<NewWorkflow>,
) -> ApiResult<Response> {
    Ok(created(&workflows::workflow_create(&by, &state.db, input).await?))
}

/// The templates that a workflow can be made of.
#[utoipa::path(get, path = "/workflows/templates", tag = "workflows", operation_id = "workflows_templates",
    responses((status = 200, description = "All of them, on one page", body = Page<WorkflowTemplate>)))]
async fn templates(_by: Allowed<ReadWorkflows>) -> ApiResult<Json<Page<WorkflowTemplate>>> {
    Ok(Json(Page { items: workflows::templates::list().to_vec(), next_cursor: None }))
}

/// Create a workflow from a template.
#[utoipa::path(post, path = "/workflows/templates", tag = "workflows", operation_id = "workflows_from_template",
    request_body = FromTemplate, responses((status = 201, description = "The new workflow", body = WorkflowDetail)))]
async fn from_template(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Json(input): Json<FromTemplate>,
) -> ApiResult<Response> {
    Ok(created(&workflows::templates::workflow_from_template(&by, &state.db, input).await?))
}

/// One workflow with its draft, and what keeps the draft from being published.
#[utoipa::path(get, path = "/workflows/{id}", tag = "workflows", operation_id = "workflows_get",
    params(("id" = WorkflowId, Path)), responses((status = 200, description = "The workflow", body = WorkflowDetail)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Path(id): Path<WorkflowId>,
) -> ApiResult<Versioned<WorkflowDetail>> {
    Ok(versioned(workflows::workflow_get(&by, &state.db, id).await?))
}

/// Change a workflow: its draft, and all else about it. With `If-Match`, only the version that was seen.
#[utoipa::path(patch, path = "/workflows/{id}", tag = "workflows", operation_id = "workflows_patch",
    params(("id" = WorkflowId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchWorkflow, responses((status = 200, description = "As it is now", body = WorkflowDetail)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Path(id): Path<WorkflowId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchWorkflow>,
) -> ApiResult<Versioned<WorkflowDetail>> {
    Ok(versioned(workflows::workflow_patch(&by, &state.db, id, input, version).await?))
}

/// Remove a workflow; one that has run is archived instead.
#[utoipa::path(delete, path = "/workflows/{id}", tag = "workflows", operation_id = "workflows_remove",
    params(("id" = WorkflowId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Path(id): Path<WorkflowId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    workflows::workflow_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a definition is written as text.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `yaml` or `json`; `yaml` when absent.
    format: Option<String>,
}

/// The draft's definition as a file. What it says can be given to another workflow as its definition.
#[utoipa::path(get, path = "/workflows/{id}/export", tag = "workflows", operation_id = "workflows_export",
    params(("id" = WorkflowId, Path), ExportQuery),
    responses((status = 200, description = "The definition", content(
        (String = "application/yaml"), (Definition = "application/json")))))]
async fn export(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Path(id): Path<WorkflowId>,
    Query(query): Query<ExportQuery>,
) -> ApiResult<Response> {
    let found = workflows::workflow_get(&by, &state.db, id).await?;
    let (content_type, ending, text) = match given(query.format.as_deref()) {
        None | Some("yaml") => ("application/yaml", "yaml", workflows::text::yaml(&found.draft)?),
        Some("json") => {
            let text = serde_json::to_string_pretty(&found.draft).map_err(|e| fault::internal(&e))?;
            ("application/json", "json", text)
        }
        Some(_) => return Err(AppError::invalid("format", "must be yaml or json").into()),
    };
    let file = format!("attachment; filename=\"{}.{ending}\"", file_name(&found.workflow.name));
    let headers = [(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, file)];
    Ok((headers, text).into_response())
}

/// The versions of a workflow, newest first: the last hundred.
#[utoipa::path(get, path = "/workflows/{id}/versions", tag = "workflows", operation_id = "workflows_versions",
    params(("id" = WorkflowId, Path)),
    responses((status = 200, description = "Its versions, on one page", body = Page<WorkflowVersion>)))]
async fn versions(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Path(id): Path<WorkflowId>,
) -> ApiResult<Json<Page<WorkflowVersion>>> {
    let items = workflows::workflow_versions(&by, &state.db, id).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Publish the draft as the next version, or with `restore` a former version again (people only). What runs goes on
/// with the version that it began with. With `If-Match`, only what was seen.
#[utoipa::path(post, path = "/workflows/{id}/versions", tag = "workflows", operation_id = "workflows_publish",
    params(("id" = WorkflowId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PublishWorkflow,
    responses((status = 201, description = "The workflow as it is now", body = WorkflowDetail)))]
async fn publish(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Path(id): Path<WorkflowId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PublishWorkflow>,
) -> ApiResult<Response> {
    let published = workflows::workflow_publish(&by, &state.db, id, input, version).await?;
    Ok((StatusCode::CREATED, versioned(published)).into_response())
}

/// Start an execution of the published version. With an `externalRef`, a repeat answers with the first execution.
///
/// Once that is no longer kept, a repeat is refused (409).
#[utoipa::path(post, path = "/workflows/{id}/execute", tag = "workflows", operation_id = "workflows_execute",
    params(("id" = WorkflowId, Path)), request_body = ExecuteWorkflow,
    responses((status = 202, description = "The execution, which goes on by itself", body = Execution)))]
async fn execute(
    State(state): State<AppState>,
    by: Allowed<RunWorkflows>,
    Path(id): Path<WorkflowId>,
    Json(input): Json<ExecuteWorkflow>,
) -> ApiResult<Response> {
    let started = executions::execution_start(&by, &state.db, id, input).await?;
    let mut response = (StatusCode::ACCEPTED, Versioned(started.version, &started)).into_response();
    if let Ok(place) = format!("{}/workflows/executions/{}", super::API_BASE, started.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Where the webhooks go that start a workflow, and how the secret that signs them stands; never the secret itself.
#[utoipa::path(get, path = "/workflows/{id}/secret", tag = "workflows", operation_id = "workflows_hook",
    params(("id" = WorkflowId, Path)),
    responses((status = 200, description = "Its address and its secret's times", body = WorkflowHook)))]
async fn hook(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Path(id): Path<WorkflowId>,
) -> ApiResult<Json<WorkflowHook>> {
    let public_url = state.config.public_url();
    Ok(Json(workflows::hook::hook_get(&by, &state.db, id, &public_url).await?))
}

/// Make the secret that signs webhooks for a workflow, or a new one: the one before it counts for 24 hours more. This
/// answer is the only one that shows it.
#[utoipa::path(post, path = "/workflows/{id}/secret", tag = "workflows", operation_id = "workflows_secret",
    params(("id" = WorkflowId, Path)),
    responses((status = 201, description = "The secret, and where webhooks go", body = WorkflowSecret)))]
async fn make_secret(
    State(state): State<AppState>,
    by: Allowed<WriteWorkflows>,
    Path(id): Path<WorkflowId>,
) -> ApiResult<Response> {
    let made = workflows::hook::hook_secret(&by, &state.db, id, &state.config.public_url()).await?;
    let mut response = (StatusCode::CREATED, Json(made)).into_response();
    response.extensions_mut().insert(ShownOnce);
    Ok(response)
}

fn versioned(found: WorkflowDetail) -> Versioned<WorkflowDetail> {
    Versioned(found.workflow.version, found)
}

/// 201 with a new workflow, and where it is.
fn created(made: &WorkflowDetail) -> Response {
    let mut response = (StatusCode::CREATED, Versioned(made.workflow.version, made)).into_response();
    if let Ok(place) = format!("{}/workflows/{}", super::API_BASE, made.workflow.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// A name that means nothing to any file system or header: letters, digits and single hyphens.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            file.push(c.to_ascii_lowercase());
        } else if !file.is_empty() && !file.ends_with('-') {
            file.push('-');
        }
    }
    file.truncate(60);
    match file.trim_end_matches('-') {
        "" => "workflow".to_owned(),
        file => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_has_a_plain_name() {
        for (name, file) in [
            ("Lead-to-Customer", "lead-to-customer"),
            ("  ../../etc/passwd\"\r\n", "etc-passwd"),
            ("Müller & Söhne", "m-ller-s-hne"),
            ("商談", "workflow"),
            ("", "workflow"),
        ] {
            assert_eq!(file_name(name), file, "{name}");
        }
        assert_eq!(file_name(&"a ".repeat(100)).len(), 59);
    }
}
