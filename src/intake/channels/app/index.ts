/** 移动端: the app of the city, which sends the fields of the form. */
import { formChannel } from '../channel.ts';

export const app = formChannel('app');
