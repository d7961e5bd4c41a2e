-- The public list of the first release. Its tables stay until no release in
-- use reads them: every migration leaves the previous release able to run.

create table items (
    id         bigint      generated always as identity primary key,
    title      text        not null,
    done       boolean     not null default false,
    created_at timestamptz not null default now(),

    constraint items_title_length check (char_length(title) between 1 and 500)
);

---- create above / drop below ----

drop table items;
