/** The little of `pg` that these tests use; its own types are a package that nothing else here needs. */
declare module "pg" {
  export class Client {
    constructor(options: { readonly connectionString: string });
    connect(): Promise<void>;
    query(text: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
    end(): Promise<void>;
  }
}
