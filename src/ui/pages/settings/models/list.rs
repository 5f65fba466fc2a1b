//! The models that the settings name, and how one is added.

use leptos::prelude::*;

use crate::domain::model::Model;
use crate::ui::components::{
    Card, Cell, CodeBlock, Column, EmptyState, Icon, IconMark, Row, RowHeader, SegmentKind, Table,
};

use super::words::{price, provider};

/// A model in the settings.
const EXAMPLE: &str = r#"[models.fast]
provider = "openai"          # or anthropic, gemini, ollama
model = "gpt-4.1-mini"       # how the provider calls it
endpoint = "http://127.0.0.1:8000/v1"  # where it is, if it is not the provider's own
key_file = "/etc/countersign/openai.key"
input_price = 0.40           # US dollars for a million tokens that it reads
output_price = 1.60          # and that it writes
timeout_seconds = 120
"#;

/// The models, by name.
#[component]
pub fn Configured(
    /// The models.
    models: Vec<Model>,
) -> impl IntoView {
    if models.is_empty() {
        return view! {
            <Card>
                <EmptyState
                    icon=Icon::Brain
                    title="No models are configured"
                    body="Agents follow their playbooks. Whoever runs this server can name a model in countersign.toml and start the server again; then agents can choose it."
                />
                {example()}
            </Card>
        }
        .into_any();
    }
    let rows: Vec<_> = models
        .into_iter()
        .map(|model| {
            view! {
                <Row>
                    <RowHeader>
                        <span class="[overflow-wrap:anywhere]">{model.name}</span>
                    </RowHeader>
                    <Cell label="Provider">{provider(model.provider)}</Cell>
                    <Cell label="Model">
                        <code class="[overflow-wrap:anywhere]">{model.model}</code>
                    </Cell>
                    <Cell label="A million tokens read" number=true>{price(model.input_price)}</Cell>
                    <Cell label="A million tokens written" number=true>{price(model.output_price)}</Cell>
                </Row>
            }
        })
        .collect();
    let columns = vec![
        Column::new("Name"),
        Column::new("Provider"),
        Column::new("Model"),
        Column::new("A million tokens read").number(),
        Column::new("A million tokens written").number(),
    ];
    view! {
        <Card flush=true>
            <Table caption="Models, by name" columns=columns>
                {rows}
            </Table>
        </Card>
        <details class="group rounded-card border border-line px-4">
            <summary class="flex min-h-11 cursor-pointer items-center gap-1 font-medium">
                <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                "How a model is added"
            </summary>
            <div class="grid gap-3 pb-4">
                <p>
                    "Whoever runs this server names it in countersign.toml and starts the server again."
                </p>
                {example()}
            </div>
        </details>
    }
    .into_any()
}

fn example() -> impl IntoView {
    let shown = vec![(SegmentKind::Plain, EXAMPLE.to_owned())];
    view! { <CodeBlock label="countersign.toml" segments=shown copy=EXAMPLE /> }
}
