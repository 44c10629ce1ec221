/** What is there at once where nothing has to be waited for: on the way of a request a promise is made for those parts that wait, no other. */

export type Soon<T> = T | Promise<T>;
