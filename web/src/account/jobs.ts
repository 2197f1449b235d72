/** Jobs: what takes longer than an answer may. All pages of this tab know the last one begun for a purpose. */

import { skipToken, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { Refused, unwrap } from "../api/problems";
import type { components } from "../api/schema";

export type Job = components["schemas"]["Job"];
/** What a job was begun for, where one is remembered; a look at a file to import writes nothing. */
type Purpose = "account_export" | "task_export" | "task_import" | "task_import_look";

const DAY_MILLISECONDS = 86_400_000;
const FIRST_MILLISECONDS = 700;
const LONGEST_MILLISECONDS = 10_000;

interface KnownJob {
  /** The last job of the purpose, read again and again until it is over; its data is undefined when there is none. */
  query: UseQueryResult<Job>;
  known: boolean;
  /** Takes note of a job that was just begun. */
  begin: (job: Job) => void;
  /** There is no such job any more that anybody would ask about. */
  forget: () => void;
}

export function useJob(purpose: Purpose): KnownJob {
  const queries = useQueryClient();
  const { data: id } = useQuery<string | null>({
    queryKey: ["job-of", purpose],
    queryFn: skipToken,
    gcTime: DAY_MILLISECONDS,
  });
  const query = useQuery({
    queryKey: ["job", id],
    queryFn: id ? () => readJob(id) : skipToken,
    gcTime: DAY_MILLISECONDS,
    refetchInterval: ({ state: { data, error, dataUpdateCount } }) =>
      (data && isOver(data)) || isGone(error)
        ? false
        : Math.min(FIRST_MILLISECONDS * 1.4 ** dataUpdateCount, LONGEST_MILLISECONDS),
  });

  return {
    query,
    known: Boolean(id) && !isGone(query.error),
    begin: (job) => {
      queries.setQueryData(["job", job.id], job);
      queries.setQueryData(["job-of", purpose], job.id);
    },
    forget: () => queries.setQueryData(["job-of", purpose], null),
  };
}

/** A job as it is now; when it is done, with a new link to what it made. */
export async function readJob(id: string): Promise<Job> {
  return (await unwrap(api.GET("/jobs/{id}", { params: { path: { id } } }))).data;
}

function isGone(error: Error | null): boolean {
  return error instanceof Refused && error.status === 404;
}

export function isOver(job: Job): boolean {
  return job.state === "done" || job.state === "failed";
}
