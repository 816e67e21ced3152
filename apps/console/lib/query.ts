// The API as TanStack Query sees it: keys made of entity, verb and input; mutations that refresh entities.
'use client';
import type { Endpoint, InputOf, OutputOf } from '@api-proxy/contracts/endpoint';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type InputArgs, send } from './api';
import { queryKeyOf } from './query-key';

const BROWSER = { origin: '', headers: {} };

type ReadOptions = {
  enabled?: boolean;
  /** Milliseconds between refreshes while the page is visible. */
  refetchInterval?: number | false;
  /** Keeps showing the page before while the next one loads. */
  keepPrevious?: boolean;
};

/** Reads an endpoint; refetches when the input changes. */
export function useRead<E extends Endpoint>(endpoint: E, input?: InputOf<E>, options: ReadOptions = {}) {
  const { keepPrevious, ...rest } = options;
  return useQuery<OutputOf<E>>({
    queryKey: queryKeyOf(endpoint, input),
    queryFn: () => send(BROWSER, endpoint, input),
    ...(keepPrevious ? { placeholderData: keepPreviousData } : {}),
    ...rest,
  });
}

/** Changes something; on success all reads of the named entities (`keys`, `users` …) are refreshed. */
export function useWrite<E extends Endpoint>(endpoint: E, refreshes: readonly string[]) {
  const client = useQueryClient();
  return useMutation<OutputOf<E>, unknown, InputArgs<E>[0]>({
    mutationFn: (input) => send(BROWSER, endpoint, input),
    onSuccess: async () => {
      await Promise.all(refreshes.map((entity) => client.invalidateQueries({ queryKey: [entity] })));
    },
  });
}
