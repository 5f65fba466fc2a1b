//! The webhook that starts a workflow: its address, how a message is signed, and its secret.

use leptos::prelude::*;

use crate::domain::workflow::Workflow;
use crate::domain::workflow::hook::{WorkflowHook, WorkflowSecret};
use crate::server_fns::hooks::WorkflowMakeSecret;
use crate::server_fns::shown_once::ShownOnce;
use crate::ui::components::{ButtonVariant, Card, CodeBlock, Moment, RelativeTime};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then};
use crate::ui::words::{moment, segments, stamp};

/// Where webhooks go and how they are signed; for those who may change the workflow, what makes the secret.
#[component]
pub fn Hook(
    /// The workflow.
    workflow: Workflow,
    /// Its webhook.
    hook: WorkflowHook,
    /// Whether the member may make a secret.
    may_write: bool,
    /// What follows a new secret.
    made: Callback<ShownOnce>,
) -> impl IntoView {
    let sample = example(&hook.url);
    let (address, shown) = (segments(&hook.url), segments(&sample));
    let stands = match hook.made_at {
        None => {
            view! { <p class="text-muted">"It has no secret yet: no webhook starts it until one is made."</p> }
                .into_any()
        }
        Some(at) => {
            let former = hook.former_until.map(|until| {
                view! {
                    <span>
                        " The one before it counts too until " <Moment datetime=stamp(until) text=moment(until) /> "."
                    </span>
                }
            });
            view! {
                <p class="text-sm text-muted">
                    "Its secret was made " <RelativeTime datetime=stamp(at) text=moment(at) /> "." {former}
                </p>
            }
            .into_any()
        }
    };
    let again = hook.made_at.is_some();
    let make = may_write.then(|| view! { <MakeSecret workflow=workflow again=again made=made /> });
    view! {
        <Card
            title="Its webhook"
            description="Each message to this address starts it. The message is a JSON object, which steps read as input.event."
        >
            <div class="grid min-w-0 gap-3">
                <CodeBlock label="Address" segments=address copy=hook.url />
                <p class="text-sm">
                    "Messages are signed with its secret, as Standard Webhooks says, in the headers "
                    <code>"webhook-id"</code> ", " <code>"webhook-timestamp"</code> " and "
                    <code>"webhook-signature"</code>
                    ". One counts for five minutes; one that comes again with its id starts nothing more."
                </p>
                <details class="min-w-0">
                    <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                        "How to send one"
                    </summary>
                    <div class="mt-2">
                        <CodeBlock label="A message, from a shell" segments=shown copy=sample />
                    </div>
                </details>
                {stands}
                {make}
            </div>
        </Card>
    }
}

#[component]
fn MakeSecret(
    /// The workflow.
    workflow: Workflow,
    /// Whether it has a secret.
    again: bool,
    /// What follows.
    made: Callback<ShownOnce>,
) -> impl IntoView {
    let form = FormState::new("workflow-secret").faults_only();
    let open = form.typed("_form").is_some();
    let (id, name) = (workflow.id, workflow.name);
    let done = Then::new(move |new: WorkflowSecret| {
        let shown = ShownOnce { noun: "workflow".to_owned(), name: name.clone(), secret: new.secret };
        let _ = made.try_run(shown);
    });
    let label = if again { "Make it and show it once" } else { "Make a secret" };
    let fields = view! {
        <ActionForm<WorkflowMakeSecret> form=form.clone() on_done=done>
            <Hidden name="id" value=id.to_string() />
            <SubmitButton form=form variant=ButtonVariant::Primary label=label.to_owned() />
        </ActionForm<WorkflowMakeSecret>>
    }
    .into_any();
    if !again {
        return fields;
    }
    view! {
        <Disclose label="Make a new secret" open=open>
            <p>"Messages signed with the present secret count for 24 hours more, so that whoever sends them can learn the new one meanwhile."</p>
            {fields}
        </Disclose>
    }
    .into_any()
}

/// A message as a shell sends it.
fn example(url: &str) -> String {
    format!(
        r#"SECRET='whsec_…'
BODY='{{"order": 7}}'
NOW=$(date +%s)
ID="msg_$NOW"
KEY=$(printf %s "${{SECRET#whsec_}}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
SIGNATURE=$(printf %s "$ID.$NOW.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl '{url}' -H 'Content-Type: application/json' -d "$BODY" \
  -H "webhook-id: $ID" -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$SIGNATURE"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn the_example_is_a_script_that_names_the_address() {
        let text = example("https://a.example/api/hooks/1");
        assert!(text.contains("curl 'https://a.example/api/hooks/1' -H"), "{text}");
        assert!(text.contains("BODY='{\"order\": 7}'\n"), "{text}");
        assert!(text.contains("\"${SECRET#whsec_}\""), "{text}");
    }
}
