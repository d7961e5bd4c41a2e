-- Migrations only go forward: a slot that is rolled back keeps working on the
-- newer schema, so every migration must leave the previous release able to run.

create table items (
    id         bigint      generated always as identity primary key,
    title      text        not null,
    done       boolean     not null default false,
    created_at timestamptz not null default now(),

    constraint items_title_length check (char_length(title) between 1 and 500)
);
