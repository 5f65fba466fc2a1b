//! The fields of a record's form, one for each field of its kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use leptos::prelude::*;

use crate::domain::canonical::Data;
use crate::domain::record::RecordKind;
use crate::domain::record_form::text;
use crate::domain::record_kinds::{FieldKind, FieldSpec, LINE_MAX, LONG_MAX, fields};
use crate::domain::text::reveal_text;
use crate::ui::components::{Choice, SelectField, TextField, TextareaField};
use crate::ui::forms::{Clearable, FormState};
use crate::ui::words::human;

/// `/data/<name>` of every field there is.
static POINTERS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    let all = RecordKind::ALL.iter().flat_map(|kind| fields(*kind));
    all.map(|field| (field.name, format!("/data/{}", field.name))).collect()
});

fn pointer(field: &FieldSpec) -> &'static str {
    POINTERS.get(field.name).map_or("/data", String::as_str)
}

fn control(field: &FieldSpec) -> String {
    format!("record-{}", field.name)
}

/// The state of a form for records of `kind`: which control each fault belongs to.
pub fn record_form_state(id: &'static str, kind: RecordKind) -> FormState {
    let title = FormState::new(id).faults_only().field("/title", "record-title");
    fields(kind).iter().fold(title, |form, field| form.field(pointer(field), control(field)))
}

/// Title and fields, short ones in two columns.
#[component]
pub fn RecordFields(
    /// The kind of record.
    kind: RecordKind,
    /// The form's state.
    form: FormState,
    /// The title to begin with.
    #[prop(optional, into)]
    title: String,
    /// The data to begin with.
    #[prop(optional)]
    data: Data,
) -> impl IntoView {
    let inputs: Vec<_> = fields(kind)
        .iter()
        .map(|field| {
            let name = format!("input[data][{}]", field.name);
            let shown = text(field.kind, data.get(field.name));
            let value = form.typed(&name).unwrap_or_else(|| shown.clone());
            let wide = matches!(field.kind, FieldKind::LongText);
            view! {
                <div class=if wide { "sm:col-span-2" } else { "" }>
                    <Clearable name=name.clone() />
                    <RecordField field=*field name=name value=value error=form.error_at(pointer(field)) />
                </div>
            }
        })
        .collect();
    view! {
        <div class="grid gap-4 sm:grid-cols-2">
            <div class="sm:col-span-2">
                <TextField
                    id="record-title"
                    name="input[title]"
                    label="Title"
                    value=form.typed("input[title]").unwrap_or(title)
                    error=form.error_at("/title")
                    required=true
                    maxlength=200
                />
            </div>
            {inputs}
        </div>
    }
}

#[component]
fn RecordField(
    /// The field.
    field: FieldSpec,
    /// Its name in the form.
    name: String,
    /// What it holds.
    value: String,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let (id, label, required) = (control(&field), field.label, field.required);
    let hint = hint(field.kind, &value);
    let line = |kind: &'static str, inputmode: Option<&'static str>, maxlength: usize| {
        view! {
            <TextField
                id=id.clone()
                name=name.clone()
                label=label
                kind=kind
                value=value.clone()
                hint=hint.clone()
                error=error
                required=required
                inputmode=inputmode
                maxlength=u32::try_from(maxlength).unwrap_or(u32::MAX)
                autocomplete="off"
            />
        }
        .into_any()
    };
    match field.kind {
        FieldKind::Text | FieldKind::Tags | FieldKind::Emails => line("text", None, LINE_MAX * 20),
        FieldKind::Email => line("email", None, 254),
        FieldKind::Phone => line("tel", None, 40),
        FieldKind::Money => line("text", Some("decimal"), 40),
        FieldKind::Integer => line("text", Some("numeric"), 20),
        FieldKind::Currency => line("text", None, 3),
        FieldKind::Date => line("date", None, 10),
        FieldKind::DateTime => line("datetime-local", None, 30),
        FieldKind::Reference(_) | FieldKind::AnyReference => line("text", None, 36),
        FieldKind::LongText => view! {
            <TextareaField
                id=id
                name=name
                label=label
                value=value
                hint=hint
                error=error
                required=required
                rows=3
                maxlength=u32::try_from(LONG_MAX).unwrap_or(u32::MAX)
            />
        }
        .into_any(),
        FieldKind::Choice(words) => {
            let none = (!required).then(|| Choice::new("", "Not set"));
            let options: Vec<_> =
                none.into_iter().chain(words.iter().map(|word| Choice::new(*word, human(word)))).collect();
            view! {
                <SelectField
                    id=id
                    name=name
                    label=label
                    options=options
                    selected=value
                    hint=hint
                    error=error
                    required=required
                />
            }
            .into_any()
        }
    }
}

/// How to fill a field in; or, where its value holds characters that nobody sees, which.
fn hint(kind: FieldKind, value: &str) -> Option<String> {
    let revealed = reveal_text(value);
    if revealed != value {
        return Some(format!("Holds hidden characters: {revealed}"));
    }
    let words = match kind {
        FieldKind::Emails | FieldKind::Tags => "Separate with commas.".to_owned(),
        FieldKind::Money => "An amount such as 4000.00.".to_owned(),
        FieldKind::Currency => "Three capitals such as EUR.".to_owned(),
        FieldKind::DateTime => "In UTC.".to_owned(),
        FieldKind::Reference(kind) => format!("The id of a {kind}: the last part of its address."),
        FieldKind::AnyReference => "The id of a record: the last part of its address.".to_owned(),
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Date
        | FieldKind::Integer
        | FieldKind::Choice(_) => return None,
    };
    Some(words)
}
